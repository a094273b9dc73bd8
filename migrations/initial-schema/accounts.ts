/** Tenants and their settings, users and API keys, idempotency keys, and the worker processes with what they have begun. */
export const accounts = `
-- One row, which says which database this is: a restored one knows itself by it.
CREATE TABLE installation (
  id uuid NOT NULL CONSTRAINT "PK_f0cd0b17a45357b5e1da1da1680" PRIMARY KEY,
  table_oid text NOT NULL,
  system_identifier text NOT NULL,
  timeline integer NOT NULL,
  mark bigint NOT NULL DEFAULT 0,
  marked_at timestamptz NOT NULL DEFAULT now(),
  state text NOT NULL DEFAULT 'open',
  restore_sign text,
  restored_at timestamptz,
  known_until timestamptz
);
CREATE UNIQUE INDEX installation_once ON installation ((true));

CREATE TABLE tenants (
  id uuid NOT NULL CONSTRAINT "PK_53be67a04681c66b87ee27c9321" PRIMARY KEY,
  slug text NOT NULL CONSTRAINT "UQ_2310ecc5cb8be427097154b18fc" UNIQUE,
  name text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE tenant_settings (
  tenant_id uuid NOT NULL CONSTRAINT "PK_a6abc1c3ed0df635955fc852f1c" PRIMARY KEY
    CONSTRAINT "FK_a6abc1c3ed0df635955fc852f1c" REFERENCES tenants (id) ON DELETE CASCADE,
  time_zone text NOT NULL DEFAULT 'UTC',
  send_window jsonb,
  quiet_hours jsonb,
  frequency_cap jsonb,
  number_checks_per_day integer NOT NULL DEFAULT 1000,
  opt_out_words jsonb,
  opt_in_words jsonb,
  retention jsonb,
  updated_at timestamptz NOT NULL DEFAULT now()
);

-- What the tenant keeps, by kind: changed in the transaction that stores or deletes it.
CREATE TABLE tenant_usage (
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_0caea5648903d1c152b11966f8b" REFERENCES tenants (id) ON DELETE CASCADE,
  kind text NOT NULL,
  bytes bigint NOT NULL,
  CONSTRAINT "PK_76721587afc588044d5305030b7" PRIMARY KEY (tenant_id, kind)
);

CREATE TABLE users (
  id uuid NOT NULL CONSTRAINT "PK_a3ffb1c0c8416b9fc6f907b7433" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_109638590074998bb72a2f2cf08" REFERENCES tenants (id) ON DELETE CASCADE,
  email text NOT NULL CONSTRAINT "UQ_97672ac88f789774dd47f7c8be3" UNIQUE,
  password_hash text NOT NULL,
  role text NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE api_keys (
  id uuid NOT NULL CONSTRAINT "PK_5c8a79801b44bd27b79228e1dad" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_3ac18429c8d27858d79432e0dda" REFERENCES tenants (id) ON DELETE CASCADE,
  created_by uuid NOT NULL,
  name text NOT NULL,
  prefix text NOT NULL,
  hash text NOT NULL CONSTRAINT "UQ_598a14447f592c12d1fe22ba918" UNIQUE,
  scopes text[] NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
CREATE INDEX api_keys_tenant ON api_keys (tenant_id);

CREATE TABLE refresh_tokens (
  id uuid NOT NULL CONSTRAINT "PK_7d8bee0204106019488c4c50ffa" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_5a8595644958acb2c80e175778b" REFERENCES tenants (id) ON DELETE CASCADE,
  user_id uuid NOT NULL
    CONSTRAINT "FK_3ddc983c5f7bcf132fd8732c3f4" REFERENCES users (id) ON DELETE CASCADE,
  family_id uuid NOT NULL,
  hash text NOT NULL CONSTRAINT "UQ_2cf4b2a681a38f8044d688b9ccb" UNIQUE,
  expires_at timestamptz NOT NULL,
  used_at timestamptz
);
CREATE INDEX refresh_tokens_family ON refresh_tokens (family_id);

CREATE TABLE idempotency_keys (
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_c22d37ec13b71da74d7b4372c3f" REFERENCES tenants (id) ON DELETE CASCADE,
  key text NOT NULL,
  fingerprint text NOT NULL,
  status integer,
  response jsonb,
  response_bytes integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  alive_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "PK_b5c6db50392003e35d51ef7aba7" PRIMARY KEY (tenant_id, key)
);
CREATE INDEX idempotency_keys_created ON idempotency_keys (created_at);

-- The sum of a tenant's kept answers, in sixteen parts: requests that keep one at the same time seldom share a row.
CREATE TABLE kept_answer_bytes (
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_aa0e41fcc819b62e16a688f126c" REFERENCES tenants (id) ON DELETE CASCADE,
  part smallint NOT NULL,
  bytes bigint NOT NULL,
  CONSTRAINT "PK_c8e3e8b23a36a1d5184470a3420" PRIMARY KEY (tenant_id, part)
);
${countAnswers('changed', 'SELECT tenant_id, -response_bytes AS bytes FROM before UNION ALL SELECT tenant_id, response_bytes FROM after')}
${countAnswers('deleted', 'SELECT tenant_id, -response_bytes AS bytes FROM before')}
CREATE TRIGGER idempotency_keys_counted_update AFTER UPDATE ON idempotency_keys
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_answers();
CREATE TRIGGER idempotency_keys_counted_delete AFTER DELETE ON idempotency_keys
  REFERENCING OLD TABLE AS before
  FOR EACH STATEMENT EXECUTE FUNCTION count_deleted_answers();

CREATE TABLE rate_limits (
  key varchar(255) NOT NULL CONSTRAINT "PK_8cb6aa4831e3e775ccf370521db" PRIMARY KEY,
  points integer NOT NULL DEFAULT 0,
  expire bigint
);

CREATE TABLE workers (
  id uuid NOT NULL CONSTRAINT "PK_e950c9aba3bd84a4f193058d838" PRIMARY KEY,
  hostname text NOT NULL,
  pid integer NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  heartbeat_at timestamptz NOT NULL DEFAULT now()
);

CREATE TABLE job_starts (
  id uuid NOT NULL CONSTRAINT "PK_77973a8bec7367465f8a2dd912b" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_f8515f489efea105ee1cfbd926f" REFERENCES tenants (id) ON DELETE CASCADE,
  job text NOT NULL,
  work_id uuid NOT NULL,
  worker_id uuid NOT NULL,
  started_at timestamptz NOT NULL DEFAULT now(),
  progress text NOT NULL,
  alone boolean NOT NULL DEFAULT false,
  died_at timestamptz,
  suspect boolean NOT NULL DEFAULT false,
  counted boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX job_starts_running ON job_starts (job, work_id) WHERE died_at IS NULL;
CREATE UNIQUE INDEX job_starts_turn ON job_starts (alone) WHERE alone AND died_at IS NULL;
`;

/** A tenant that is being deleted takes its sums with it. */
function countAnswers(name: string, changes: string): string {
  return `CREATE FUNCTION count_${name}_answers() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      INSERT INTO kept_answer_bytes AS kept (tenant_id, part, bytes)
      SELECT tenant_id, pg_backend_pid() % 16, sum(bytes) FROM (${changes}) changes
      WHERE EXISTS (SELECT FROM tenants WHERE tenants.id = changes.tenant_id)
      GROUP BY tenant_id HAVING sum(bytes) <> 0 ORDER BY tenant_id
      ON CONFLICT (tenant_id, part) DO UPDATE SET bytes = kept.bytes + excluded.bytes;
      RETURN NULL;
    END $$;`;
}
