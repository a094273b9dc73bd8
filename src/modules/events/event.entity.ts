import { Column, Entity, ForeignKey, Index, PrimaryColumn, PrimaryGeneratedColumn } from 'typeorm';
import type { EventKind } from './core/catalog.js';

/** Something that happened, written in the transaction of the change. Partitioned by `at`, kept for a day. */
@Entity('events')
@Index('events_unnumbered', ['id'], { where: 'position IS NULL' })
@Index('events_position', ['position'])
@Index('events_object', ['objectId', 'sequence'])
export class EventRow {
  @PrimaryGeneratedColumn('identity', { type: 'bigint', generatedIdentity: 'ALWAYS' })
  id!: string;

  /** When the transaction of the change began. */
  @PrimaryColumn('timestamptz', { default: () => 'now()' })
  at!: Date;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  kind!: EventKind;

  /** What it is about: the id of the sender, the campaign, ... */
  @Column('uuid', { name: 'object_id' })
  objectId!: string;

  /** Counts the events of the object from 1. */
  @Column('integer')
  sequence!: number;

  @Column('jsonb')
  payload!: Record<string, unknown>;

  /** The place in the order in which all readers see events; null until it is given, after the commit. */
  @Column('bigint', { nullable: true })
  position!: string | null;
}

/** The last sequence number of an object. */
@Entity('event_sequences')
export class EventSequence {
  @PrimaryColumn('uuid', { name: 'object_id' })
  objectId!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('integer')
  last!: number;
}

/** How far the numbering, or a reader, has come. */
@Entity('event_positions')
export class EventPosition {
  @PrimaryColumn('text')
  name!: string;

  @Column('bigint')
  position!: string;
}

/** The log of a sender or campaign: its events, kept longer than those of the outbox. */
@Entity('event_log')
@Index('event_log_at', ['at'])
export class EventLogRow {
  @PrimaryColumn('uuid', { name: 'object_id' })
  objectId!: string;

  @PrimaryColumn('integer')
  sequence!: number;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  @Column('text')
  kind!: EventKind;

  @Column('jsonb')
  payload!: Record<string, unknown>;

  @Column('timestamptz')
  at!: Date;
}
