import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';

export type Role = 'owner' | 'admin' | 'manager' | 'agent' | 'viewer';

@Entity('users')
export class User {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  /** Lower case; unique in the whole installation, because a login names no tenant. */
  @Column('text', { unique: true })
  email!: string;

  /** argon2id in its own encoded form. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @Column('text')
  role!: Role;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

@Entity('api_keys')
@Index('api_keys_tenant', ['tenantId'])
export class ApiKey {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('uuid', { name: 'created_by' })
  createdBy!: string;

  @Column('text')
  name!: string;

  /** The first characters, shown so that people can tell keys apart. */
  @Column('text')
  prefix!: string;

  /** SHA-256 of the whole key, hexadecimal. */
  @Column('text', { unique: true })
  hash!: string;

  @Column('text', { array: true })
  scopes!: string[];

  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  @Column('timestamptz', { name: 'revoked_at', nullable: true })
  revokedAt!: Date | null;

  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** A refresh token is used once: using it replaces it, using it again ends its whole family. */
@Entity('refresh_tokens')
@Index('refresh_tokens_family', ['familyId'])
export class RefreshToken {
  @PrimaryColumn('uuid')
  id!: string;

  @Column('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @Column('uuid', { name: 'user_id' })
  @ForeignKey('User', { onDelete: 'CASCADE' })
  userId!: string;

  @Column('uuid', { name: 'family_id' })
  familyId!: string;

  @Column('text', { unique: true })
  hash!: string;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @Column('timestamptz', { name: 'used_at', nullable: true })
  usedAt!: Date | null;
}

/** The answer to a POST with an `Idempotency-Key`, kept so that a repeat gets the same one. */
@Entity('idempotency_keys')
@Index('idempotency_keys_created', ['createdAt'])
export class IdempotencyKey {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @PrimaryColumn('text')
  key!: string;

  /** Method, path and SHA-256 of the body: the same key with another request is a conflict. */
  @Column('text')
  fingerprint!: string;

  /** Absent while the first request is under way. */
  @Column('integer', { nullable: true })
  status!: number | null;

  @Column('jsonb', { nullable: true })
  response!: unknown;

  /** Of the answer, as it was sent. */
  @Column('integer', { name: 'response_bytes', default: 0 })
  responseBytes!: number;

  /** While the first request is under way, its process says again and again that it is at work; the database's time. */
  @Column('timestamptz', { name: 'alive_at', default: () => 'now()' })
  aliveAt!: Date;

  @Column('timestamptz', { name: 'created_at', default: () => 'now()' })
  createdAt!: Date;
}

/** What the kept answers of a tenant take up, in parts that are added up. Written by triggers on `idempotency_keys`. */
@Entity('kept_answer_bytes')
export class KeptAnswerBytes {
  @PrimaryColumn('uuid', { name: 'tenant_id' })
  @ForeignKey('Tenant', { onDelete: 'CASCADE' })
  tenantId!: string;

  @PrimaryColumn('smallint')
  part!: number;

  @Column('bigint')
  bytes!: string;
}

/** Attempts per key, for all processes together. The columns are what rate-limiter-flexible expects. */
@Entity('rate_limits')
export class RateLimit {
  /** Holds no addresses in clear: limiter name and SHA-256. */
  @PrimaryColumn('varchar', { length: 255 })
  key!: string;

  @Column('integer', { default: 0 })
  points!: number;

  /** Milliseconds since 1970. */
  @Column('bigint', { nullable: true })
  expire!: string | null;
}
