import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** What is known of a line's being on WhatsApp. */
@Entity('number_checks')
export class NumberCheck {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** In the one form of lib/phone-line.ts. */
  @PrimaryColumn('text')
  line!: string;

  @Column('boolean', { name: 'on_whatsapp' })
  onWhatsApp!: boolean;

  @Column('timestamptz', { name: 'checked_at' })
  checkedAt!: Date;
}

export type NumberCheckStatus = 'queued' | 'running' | 'completed' | 'failed';

/** A request to find out which numbers are on WhatsApp, worked through in the background. */
@Entity('number_check_runs')
@Index('number_check_runs_open', ['tenantId', 'id'], { where: `status IN ('queued', 'running')` })
export class NumberCheckRun {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('text')
  status!: NumberCheckStatus;

  /** Why it ended early, in words for people. */
  @Column('text', { nullable: true })
  error!: string | null;

  /** Since when no sender that can check was connected; null while one is. */
  @Column('timestamptz', { name: 'waiting_since', nullable: true })
  waitingSince!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'completed_at', nullable: true })
  completedAt!: Date | null;
}

/** One number of a check. `cached` ones were known already and cost nothing of the ration. */
@Entity('number_check_items')
@Index('number_check_items_tenant', ['tenantId', 'checkedAt'], {
  where: 'NOT cached AND checked_at IS NOT NULL',
})
@Index('number_check_items_open', ['tenantId'], { where: 'pending' })
@Index('number_check_items_sender', ['senderId', 'checkedAt'], { where: 'sender_id IS NOT NULL' })
export class NumberCheckItem {
  @PrimaryColumn('uuid', { name: 'run_id' })
  @ForeignKey('NumberCheckRun', { onDelete: 'CASCADE' })
  runId!: string;

  /** E.164, in the form it was asked about. */
  @Column('text')
  phone!: string;

  /** The one form of its line, made by the database: see lib/phone-line.ts. */
  @PrimaryColumn({
    type: 'text',
    generatedType: 'STORED',
    asExpression: 'phone_line(phone)',
    insert: false,
    update: false,
  })
  line!: string;

  @Column('uuid', { name: 'tenant_id' })
  tenantId!: string;

  /** Still to be asked. */
  @Column('boolean')
  pending!: boolean;

  @Column('boolean', { default: false })
  cached!: boolean;

  /** Null while pending, and for numbers that were left out. */
  @Column('boolean', { name: 'on_whatsapp', nullable: true })
  onWhatsApp!: boolean | null;

  /** The sender that asked. */
  @Column('uuid', { name: 'sender_id', nullable: true })
  senderId!: string | null;

  @Column('timestamptz', { name: 'checked_at', nullable: true })
  checkedAt!: Date | null;
}
