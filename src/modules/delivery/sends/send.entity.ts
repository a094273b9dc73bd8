import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import type { SenderPool } from '../../senders/index.js';
import type { SendKind } from '../core/source-kind.js';

/** A request to send what no campaign sends: a single message, a bulk, or a test of a campaign. */
@Entity('sends')
@Index('sends_tenant', ['tenantId', 'id'])
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

  @Column('text')
  source!: SendKind;

  /** Its deliveries. */
  @Column('integer')
  total!: number;

  /** How many deliveries have ended so, as far as their ends were taken from `delivery_ends`. */
  @Column('integer', { default: 0 })
  sent!: number;

  @Column('integer', { default: 0 })
  delivered!: number;

  @Column('integer', { default: 0 })
  read!: number;

  @Column('integer', { default: 0 })
  failed!: number;

  @Column('integer', { default: 0 })
  skipped!: number;

  @Column('integer', { default: 0 })
  unknown!: number;

  /** When a delivery that was under way last ended. */
  @Column('timestamptz', { name: 'last_end_at', nullable: true })
  lastEndAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
