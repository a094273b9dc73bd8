import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** A line that must never be written to, whether or not it is a contact. */
@Entity('suppressions')
@Index('suppressions_tenant_line', ['tenantId', 'line'], { unique: true })
@Index('suppressions_decision', ['decisionId'], { where: 'decision_id IS NOT NULL' })
export class Suppression {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** E.164 with the leading plus sign, in the form it was given. */
  @Column('text')
  phone!: string;

  /** The one form of its line, made by the database: see lib/phone-line.ts. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression: 'phone_line(phone)',
    insert: false,
    update: false,
  })
  line!: string;

  @Column('text', { nullable: true })
  reason!: string | null;

  /** The same for all numbers of a person, which are lifted together. Made up: it leads to no contact. */
  @Column('uuid', { name: 'decision_id', nullable: true })
  decisionId!: string | null;

  /** It stands for the opt-out of a person, at a number that has no contact of its own. */
  @Column('boolean', { name: 'lifted_by_opt_in', default: false })
  liftedByOptIn!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
