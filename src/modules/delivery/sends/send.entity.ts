import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { SenderPool } from '../../senders/index.js';

/** A request to send what no campaign sends: a single message, a bulk, or a test of a campaign. */
@Entity('sends')
export class Send {
  /** As the API answers it: of a single message the message's own id. */
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('jsonb')
  pool!: SenderPool;

  /** Prefer the contact's last sender. */
  @Column('boolean', { name: 'sticky_sender' })
  stickySender!: boolean;

  /** Milliseconds between two messages of one sender. */
  @Column('integer', { name: 'min_delay' })
  minDelay!: number;

  @Column('integer', { name: 'max_delay' })
  maxDelay!: number;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
