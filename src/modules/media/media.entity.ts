import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

/**
 * A file of a tenant that messages may carry. The bytes are stored once under their hash; each name that was given to
 * them is a file of its own.
 */
@Entity('media')
@Index('media_tenant_content', ['tenantId', 'sha256', 'fileName'], { unique: true })
@Index('media_used', ['tenantId', 'usedAt'])
@Index('media_provisional', ['createdAt'], { where: 'provisional' })
export class Media {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** Hexadecimal. */
  @Column('text')
  sha256!: string;

  /** Told by the content, whatever the name or the uploader says. */
  @Column('text', { name: 'mime_type' })
  mimeType!: string;

  @Column('integer', { name: 'size_bytes' })
  sizeBytes!: number;

  @Column('text', { name: 'file_name' })
  fileName!: string;

  /** Where it was fetched from; null for uploads. */
  @Column('text', { name: 'source_url', nullable: true })
  sourceUrl!: string | null;

  /** Fetched for a request that has not been accepted (yet): not listed, and deleted later. */
  @Column('boolean', { default: false })
  provisional!: boolean;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;

  /** When it was last uploaded, or named by what sends it; ahead for messages with a time. Correct to an hour. */
  @Column('timestamptz', { name: 'used_at', default: () => 'now()' })
  usedAt!: Date;
}
