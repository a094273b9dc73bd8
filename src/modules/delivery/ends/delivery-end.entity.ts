import { Column, Entity, PrimaryGeneratedColumn } from 'typeorm';
import type { EndState } from '../core/delivery-end.js';
import type { SourceKind } from '../core/source-kind.js';

/** An end that its source has not been told yet; written by a trigger on `deliveries`, see core/delivery-end.ts. */
@Entity('delivery_ends')
export class DeliveryEndRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('uuid', { name: 'delivery_id' })
  deliveryId!: string;

  @Column('text')
  source!: SourceKind;

  @Column('uuid', { name: 'source_id' })
  sourceId!: string;

  @Column('text', { nullable: true })
  state!: EndState | null;

  @Column('text', { nullable: true })
  earlier!: EndState | null;

  @Column('timestamptz', { name: 'ended_at', default: () => 'now()' })
  endedAt!: Date;

  /** How often its source failed to take it, and when it is tried again. */
  @Column('integer', { default: 0 })
  attempts!: number;

  @Column('timestamptz', { name: 'retry_at', nullable: true })
  retryAt!: Date | null;
}
