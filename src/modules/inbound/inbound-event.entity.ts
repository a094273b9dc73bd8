import { Column, Entity, Index, PrimaryGeneratedColumn, Unique } from 'typeorm';
import type { InboundEvent } from '../../transports/inbound.js';

/** What a session heard. Committed before it is acknowledged to the network, and worked off in order per person. */
@Entity('inbound_events')
@Unique('inbound_events_once', ['senderId', 'kind', 'waId', 'revision'])
@Index('inbound_events_waiting', ['id'], { where: 'done_at IS NULL AND parked_at IS NULL' })
@Index('inbound_events_stops', ['tenantId'], { where: 'stops AND done_at IS NULL' })
@Index('inbound_events_parked', ['tenantId', 'id'], { where: 'parked_at IS NOT NULL' })
export class InboundEventRow {
  /** The order in which they were stored. */
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'ALWAYS',
    primaryKeyConstraintName: 'PK_inbound_events',
  })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'sender_id' })
  senderId!: string;

  @Column('text')
  kind!: InboundEvent['type'];

  /** The id of the message; of identities, and of what was refused, a digest. */
  @Column('text', { name: 'wa_id' })
  waId!: string;

  /** Tells apart what may be told of one id several times, such as edits. */
  @Column('text')
  revision!: string;

  /** Whom it is about: a number's line, `lid:...`, `bsuid:...`; empty once it is worked off. */
  @Column('text', { array: true })
  lines!: string[];

  /** The event as JSON; null once it is worked off, or where it was refused. */
  @Column('jsonb', { nullable: true })
  payload!: Record<string, unknown> | null;

  /** A message that is stored and nothing else follows from, but that it may be a reply. */
  @Column('boolean')
  plain!: boolean;

  /** It may be an opt-out, or make its person one who has opted out: until it is worked off, nothing is claimed for them. */
  @Column('boolean')
  stops!: boolean;

  @Column('timestamptz', { name: 'stored_at', default: () => 'now()' })
  storedAt!: Date;

  @Column('timestamptz', { name: 'done_at', nullable: true })
  doneAt!: Date | null;

  /** How often it could not be worked off, when it is tried again, and since when it is not. */
  @Column('integer', { default: 0 })
  failures!: number;

  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt!: Date | null;

  @Column('timestamptz', { name: 'parked_at', nullable: true })
  parkedAt!: Date | null;

  @Column('text', { nullable: true })
  error!: string | null;
}
