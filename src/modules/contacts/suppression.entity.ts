import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/** `tenant`: a user, an import, an erasure; `network`: the person told WhatsApp. */
export type SuppressionOrigin = 'tenant' | 'network';

/** What no message goes to, or none of a kind, whether or not it is a contact's. */
@Entity('suppressions')
@Index('suppressions_tenant_line', ['tenantId', 'line', 'scope', 'origin'], { unique: true })
@Index('suppressions_decision', ['decisionId'], { where: 'decision_id IS NOT NULL' })
export class Suppression {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** E.164 with the leading plus sign, in the form it was given, or another identity as core/identity.ts writes it. */
  @Column('text')
  address!: string;

  /** By which it is looked up, made by the database: see lib/phone-line.ts and core/identity.ts. */
  @Column({
    type: 'text',
    generatedType: 'STORED',
    asExpression: 'phone_line(address)',
    insert: false,
    update: false,
  })
  line!: string;

  /** What is held back: `everything`, `marketing`, or `topic:<name>`. */
  @Column('text', { default: 'everything' })
  scope!: string;

  /** Who set it; only they lift it. */
  @Column('text', { default: 'tenant' })
  origin!: SuppressionOrigin;

  @Column('text', { nullable: true })
  reason!: string | null;

  /** The same for all identities of a person, which are lifted together. Made up: it leads to no contact. */
  @Column('uuid', { name: 'decision_id', nullable: true })
  decisionId!: string | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}
