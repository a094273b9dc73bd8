/** WhatsApp accounts with their health, quotas and slots, and the sessions that keep them connected. */
export const senders = `
-- A sender is written for every message: half of each page stays free for the next versions of its rows.
CREATE TABLE senders (
  id uuid NOT NULL CONSTRAINT "PK_398b8614004a406acf982651b46" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_20f327f44ef5610addf27705c10" REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  phone_number text,
  transport text NOT NULL,
  transport_config jsonb NOT NULL DEFAULT '{}',
  tags text[] NOT NULL DEFAULT '{}',
  status text NOT NULL DEFAULT 'created',
  status_reason text,
  paused_at timestamptz,
  pause_reason text,
  health_score integer NOT NULL DEFAULT 100,
  health_since timestamptz NOT NULL DEFAULT now(),
  consecutive_failures integer NOT NULL DEFAULT 0,
  quota_per_minute integer NOT NULL DEFAULT 20,
  quota_per_hour integer NOT NULL DEFAULT 500,
  quota_per_day integer NOT NULL DEFAULT 5000,
  answers_per_minute integer NOT NULL DEFAULT 60,
  minute_started_at timestamptz,
  minute_used integer NOT NULL DEFAULT 0,
  hour_started_at timestamptz,
  hour_used integer NOT NULL DEFAULT 0,
  day_started_at timestamptz,
  day_used integer NOT NULL DEFAULT 0,
  answers_started_at timestamptz,
  answers_used integer NOT NULL DEFAULT 0,
  warm_up_quotas integer[],
  warm_up_since timestamptz,
  warm_up_day_started_at timestamptz,
  warm_up_used integer NOT NULL DEFAULT 0,
  last_used_at timestamptz,
  next_available_at timestamptz NOT NULL DEFAULT now(),
  held_until timestamptz,
  restricted_until timestamptz,
  sent_total integer NOT NULL DEFAULT 0,
  failed_total integer NOT NULL DEFAULT 0,
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CREATE INDEX senders_next_slot ON senders (tenant_id, next_available_at)
  WHERE status = 'connected' AND paused_at IS NULL;
CREATE INDEX senders_tags ON senders USING gin (tags);
CREATE UNIQUE INDEX senders_tenant_name ON senders (tenant_id, name);

CREATE TABLE sessions (
  sender_id uuid NOT NULL CONSTRAINT "PK_ae280d88cb38336b7a9b1acaaad" PRIMARY KEY
    CONSTRAINT "FK_ae280d88cb38336b7a9b1acaaad" REFERENCES senders (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  desired_state text NOT NULL,
  worker_id uuid,
  epoch integer NOT NULL DEFAULT 0,
  lease_expires_at timestamptz,
  qr_payload text,
  qr_expires_at timestamptz,
  credentials text,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX sessions_lease ON sessions (lease_expires_at);
`;
