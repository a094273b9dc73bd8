import { Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import type { Retention } from './core/retention.js';

/** A tenant's settings for all of its campaigns. A tenant without a row has the defaults. */
@Entity('tenant_settings')
export class TenantSettings {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** IANA time zone of the tenant's wall clock. */
  @Column('text', { name: 'time_zone', default: 'UTC' })
  timeZone!: string;

  /** Campaigns without a window of their own have this one (shape: SendWindow of campaigns). */
  @Column('jsonb', { name: 'send_window', nullable: true })
  sendWindow!: { timeZone: string; days: { day: number; from: string; to: string }[] } | null;

  /**
   * When no campaign sends, whatever its own window; `HH:MM`, also over midnight. `timeZone` is `tenant`, `recipient` or an
   * IANA time zone.
   */
  @Column('jsonb', { name: 'quiet_hours', nullable: true })
  quietHours!: { from: string; to: string; timeZone: string } | null;

  /** At most so many campaign messages per contact in so many days; null for no cap. */
  @Column('jsonb', { name: 'frequency_cap', nullable: true })
  frequencyCap!: { messages: number; days: number } | null;

  /** Number checks (is it on WhatsApp?) per day, over all senders. */
  @Column('integer', { name: 'number_checks_per_day', default: 1000 })
  numberChecksPerDay!: number;

  /** What the tenant changed of the words that opt people out; null for nothing. */
  @Column('jsonb', { name: 'opt_out_words', nullable: true })
  optOutWords!: { added: string[]; removed: string[] } | null;

  /** Likewise for those that opt people back in. */
  @Column('jsonb', { name: 'opt_in_words', nullable: true })
  optInWords!: { added: string[]; removed: string[] } | null;

  /** After how many days what is deleted; null for nothing (shape: Retention). */
  @Column('jsonb', { nullable: true })
  retention!: Retention | null;

  @Column('timestamptz', { name: 'updated_at', default: () => 'now()' })
  updatedAt!: Date;
}
