import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';

export type DesiredState = 'connected' | 'disconnected' | 'logged_out';

/** The live connection of one sender: who hosts it, under which lease, and what it should be. */
@Entity('sessions')
export class Session {
  @PrimaryColumn('uuid', { name: 'sender_id' })
  @ForeignKey('Sender', { onDelete: 'CASCADE' })
  senderId!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text', { name: 'desired_state' })
  desiredState!: DesiredState;

  @Column('uuid', { name: 'worker_id', nullable: true })
  workerId!: string | null;

  /** Rises with every new host; a writer with an older epoch is fenced off. */
  @Column('integer', { default: 0 })
  epoch!: number;

  @Column('timestamptz', { name: 'lease_expires_at', nullable: true })
  leaseExpiresAt!: Date | null;

  /** The pairing code to show as a QR image, while the sender waits to be scanned. */
  @Column('text', { name: 'qr_payload', nullable: true })
  qrPayload!: string | null;

  @Column('timestamptz', { name: 'qr_expires_at', nullable: true })
  qrExpiresAt!: Date | null;

  /** What the transport needs to restore the session, encrypted (see lib/encryption). */
  @Column('text', { nullable: true })
  credentials!: string | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
