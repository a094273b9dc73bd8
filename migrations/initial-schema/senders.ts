/** WhatsApp accounts with their health and quotas, their slots and tags, and the sessions that keep them connected. */
export const senders = `
-- What people set, and what becomes of it rarely. What each message changes is in sender_slots.
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
  warm_up_quotas integer[],
  created_at timestamptz NOT NULL DEFAULT now(),
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX senders_tenant_name ON senders (tenant_id, name);

-- One row for each sender: all that a reservation reads and writes. It is written for every message, so that no index may
-- have a column that a message changes, and most of each page stays free (rows grow with their first message): new versions
-- stay in the page of the old one, and no index is touched. The columns up to warm_up_quotas follow those of senders.
CREATE TABLE sender_slots (
  sender_id uuid NOT NULL CONSTRAINT "PK_9f9c56bdd76c8e2341b194e7fbf" PRIMARY KEY
    CONSTRAINT "FK_9f9c56bdd76c8e2341b194e7fbf" REFERENCES senders (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  able boolean NOT NULL,
  quota_per_minute integer NOT NULL,
  quota_per_hour integer NOT NULL,
  quota_per_day integer NOT NULL,
  answers_per_minute integer NOT NULL,
  transport text NOT NULL,
  warm_up_quotas integer[],
  worker_id uuid,
  minute_used integer NOT NULL DEFAULT 0,
  hour_used integer NOT NULL DEFAULT 0,
  day_used integer NOT NULL DEFAULT 0,
  answers_used integer NOT NULL DEFAULT 0,
  warm_up_used integer NOT NULL DEFAULT 0,
  minute_started_at timestamptz,
  hour_started_at timestamptz,
  day_started_at timestamptz,
  answers_started_at timestamptz,
  warm_up_since timestamptz,
  warm_up_day_started_at timestamptz,
  last_used_at timestamptz,
  next_available_at timestamptz NOT NULL DEFAULT now(),
  held_until timestamptz,
  restricted_until timestamptz
) WITH (fillfactor = 30);
CREATE INDEX sender_slots_tenant ON sender_slots (tenant_id);

-- The tags of senders once more, so that those with a tag are found without looking at the others.
CREATE TABLE sender_tags (
  tenant_id uuid NOT NULL,
  tag text NOT NULL,
  sender_id uuid NOT NULL
    CONSTRAINT "FK_4db7a6595019facfedd16b91444" REFERENCES senders (id) ON DELETE CASCADE,
  CONSTRAINT "PK_a46bb41f2b7fd1dc1ac7b611135" PRIMARY KEY (tenant_id, tag, sender_id)
);
CREATE INDEX sender_tags_sender ON sender_tags (sender_id);

-- How many messages each sender has handed over and how many failures were its own, since it was made. A batch of results is
-- one row for each tenant, whatever number of senders it has; a fold adds these up once a minute. Messages are no source: they are forgotten.
CREATE TABLE sender_results (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_c7197d1d5f228405b417d26ce8e" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  sender_ids uuid[] NOT NULL,
  sent integer[] NOT NULL,
  failed integer[] NOT NULL
);
CREATE TABLE sender_totals (
  sender_id uuid NOT NULL CONSTRAINT "PK_443f9d183bc4adcf11654d956d8" PRIMARY KEY
    CONSTRAINT "FK_443f9d183bc4adcf11654d956d8" REFERENCES senders (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  sent bigint NOT NULL,
  failed bigint NOT NULL
) WITH (fillfactor = 50);

-- Whoever writes senders, the rows that follow them are right at every commit.
CREATE FUNCTION follow_new_senders() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO sender_slots (sender_id, tenant_id, able, quota_per_minute, quota_per_hour, quota_per_day,
      answers_per_minute, transport, warm_up_quotas)
    SELECT f.id, added.tenant_id, f.able, f.quota_per_minute, f.quota_per_hour, f.quota_per_day, f.answers_per_minute,
      f.transport, f.warm_up_quotas
    FROM (${followed('added')}) f JOIN added ON added.id = f.id;
    INSERT INTO sender_tags (tenant_id, tag, sender_id)
    SELECT DISTINCT tenant_id, unnest(tags), id FROM added;
    RETURN NULL;
  END $$;
CREATE TRIGGER senders_followed_insert AFTER INSERT ON senders
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION follow_new_senders();

-- Rows are locked in the order of their ids, as everybody does who waits for several of them.
CREATE FUNCTION follow_changed_senders() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    WITH changed AS MATERIALIZED (
      SELECT a.* FROM (${followed('after')}) a JOIN (${followed('before')}) b ON b.id = a.id WHERE a.* IS DISTINCT FROM b.*
    ), locked AS MATERIALIZED (
      SELECT s.sender_id FROM sender_slots s JOIN changed ON changed.id = s.sender_id
      ORDER BY s.sender_id FOR NO KEY UPDATE OF s
    )
    UPDATE sender_slots s SET able = c.able, quota_per_minute = c.quota_per_minute, quota_per_hour = c.quota_per_hour,
      quota_per_day = c.quota_per_day, answers_per_minute = c.answers_per_minute, transport = c.transport,
      warm_up_quotas = c.warm_up_quotas
    FROM changed c JOIN locked ON locked.sender_id = c.id WHERE s.sender_id = c.id;

    DELETE FROM sender_tags t USING after a JOIN before b ON b.id = a.id
    WHERE a.tags <> b.tags AND t.sender_id = a.id AND t.tag <> ALL (a.tags);
    INSERT INTO sender_tags (tenant_id, tag, sender_id)
    SELECT DISTINCT a.tenant_id, unnest(a.tags), a.id FROM after a JOIN before b ON b.id = a.id
    WHERE a.tags <> b.tags
    ON CONFLICT DO NOTHING;
    RETURN NULL;
  END $$;
CREATE TRIGGER senders_followed_update AFTER UPDATE ON senders
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION follow_changed_senders();

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
  -- A heartbeat renews all leases at once: with room for every row twice, and no index on the leases, the new rows stay in
  -- their pages and no index changes.
) WITH (fillfactor = 45);

-- Which worker hosts a sender stands in its slot, too: a reservation asks it of each sender that it looks at. The column list
-- keeps the renewal of leases out.
CREATE FUNCTION follow_hosts() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE sender_slots SET worker_id = NEW.worker_id WHERE sender_id = NEW.sender_id;
    RETURN NULL;
  END $$;
CREATE TRIGGER sessions_followed AFTER INSERT OR UPDATE OF worker_id ON sessions
  FOR EACH ROW EXECUTE FUNCTION follow_hosts();
`;

/** The columns of sender_slots that follow senders. Able: 50 is MIN_HEALTH_TO_SEND, 10 MAX_CONSECUTIVE_FAILURES (core/health). */
function followed(rows: string): string {
  return `SELECT id, status = 'connected' AND paused_at IS NULL AND health_score >= 50 AND consecutive_failures < 10 AS able,
        quota_per_minute, quota_per_hour, quota_per_day, answers_per_minute, transport, warm_up_quotas FROM ${rows}`;
}
