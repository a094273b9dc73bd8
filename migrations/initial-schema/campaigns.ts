import { LINE } from './phone-lines.js';

/**
 * The stage of a recipient, by its state: states that follow each other on every recipient's way share one, so that
 * moving between them changes no index. As the entity has it; a state that is not named is in a stage of its own.
 */
export const RECIPIENT_STAGE =
  "CASE state WHEN 'pending' THEN 0 WHEN 'queued' THEN 1 WHEN 'sending' THEN 1 WHEN 'sent' THEN 2 " +
  "WHEN 'delivered' THEN 2 WHEN 'read' THEN 2 WHEN 'failed' THEN 3 WHEN 'skipped' THEN 4 WHEN 'unknown' THEN 5 ELSE 6 END";

/** Campaigns, their recipients, and how many messages of a campaign each sender has had. */
export const campaigns = `
CREATE TABLE campaigns (
  id uuid NOT NULL CONSTRAINT "PK_831e3fcd4fc45b4e4c3f57a9ee4" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_d4b32d1e898a336c770e08bf5e8" REFERENCES tenants (id) ON DELETE CASCADE,
  name text NOT NULL,
  status text NOT NULL,
  parts jsonb NOT NULL,
  variants jsonb,
  pool jsonb NOT NULL,
  sticky_sender boolean NOT NULL DEFAULT true,
  list_ids uuid[] NOT NULL DEFAULT '{}',
  audience jsonb,
  purpose text NOT NULL DEFAULT 'marketing',
  topic text,
  skip_unregistered boolean NOT NULL DEFAULT true,
  total_recipients integer NOT NULL,
  min_delay integer NOT NULL,
  max_delay integer NOT NULL,
  priority smallint NOT NULL DEFAULT '5',
  max_per_minute integer,
  ramp_up_minutes integer,
  max_per_sender integer,
  canary jsonb,
  on_unknown text NOT NULL DEFAULT 'leave',
  send_window jsonb,
  scheduled_at timestamptz,
  expires_at timestamptz,
  recurrence jsonb,
  origin_id uuid,
  occurrence_at timestamptz,
  next_slot_at timestamptz,
  -- Of the first message: a ramp that began with the campaign would be over before its send window opens.
  ramp_started_at timestamptz,
  preempted boolean NOT NULL DEFAULT false,
  waiting_reason text,
  waiting_until timestamptz,
  -- Since when it waits for what time alone does not bring, and the same once its log tells so.
  stuck_since timestamptz,
  stalled_since timestamptz,
  created_at timestamptz NOT NULL DEFAULT now(),
  started_at timestamptz,
  completed_at timestamptz,
  -- Since when retention removes its recipients, and whether it is through.
  recipients_removed_at timestamptz,
  recipients_gone boolean NOT NULL DEFAULT false,
  updated_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX campaigns_status ON campaigns (status);
CREATE INDEX campaigns_tenant_created ON campaigns (tenant_id, created_at);
CREATE UNIQUE INDEX campaigns_occurrence ON campaigns (origin_id, occurrence_at);
CREATE INDEX campaigns_stuck ON campaigns (id) WHERE stuck_since IS NOT NULL OR stalled_since IS NOT NULL;
CREATE INDEX campaigns_due ON campaigns (scheduled_at) WHERE status = 'scheduled';
-- Ended ones whose recipients are there: a campaign leaves it once, when retention has removed them.
CREATE INDEX campaigns_ended ON campaigns (tenant_id, completed_at)
  WHERE completed_at IS NOT NULL AND NOT recipients_gone;

-- Requests to send what no campaign sends.
CREATE TABLE sends (
  id uuid NOT NULL CONSTRAINT "PK_00e5a68482325aaf3532a4db595" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_c5a912acebd43fb2f6644826548" REFERENCES tenants (id) ON DELETE CASCADE,
  pool jsonb NOT NULL,
  sticky_sender boolean NOT NULL,
  min_delay integer NOT NULL,
  max_delay integer NOT NULL,
  source text NOT NULL,
  -- Its deliveries, and how those that have ended did, added up from delivery_ends.
  total integer NOT NULL,
  sent integer NOT NULL DEFAULT 0,
  delivered integer NOT NULL DEFAULT 0,
  read integer NOT NULL DEFAULT 0,
  failed integer NOT NULL DEFAULT 0,
  skipped integer NOT NULL DEFAULT 0,
  unknown integer NOT NULL DEFAULT 0,
  last_end_at timestamptz,
  created_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 80);
CREATE INDEX sends_tenant ON sends (tenant_id, id);

-- Half of each page stays free for the next versions of its rows, which then need no new index entries.
CREATE TABLE deliveries (
  id uuid NOT NULL CONSTRAINT "PK_a6ef225c5c5f0974e503bfb731f" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  source text NOT NULL DEFAULT 'campaign',
  source_id uuid,
  campaign_id uuid
    CONSTRAINT "FK_ff4be9a21a136556f4adacd2cec" REFERENCES campaigns (id) ON DELETE CASCADE,
  contact_id uuid NOT NULL,
  phone text NOT NULL,
  line text NOT NULL GENERATED ALWAYS AS (${LINE}) STORED,
  name text,
  variables jsonb NOT NULL DEFAULT '{}',
  purpose text NOT NULL DEFAULT 'marketing',
  lane text NOT NULL DEFAULT 'campaign',
  zone text,
  variant smallint NOT NULL DEFAULT '0',
  inline boolean NOT NULL DEFAULT false,
  state text NOT NULL DEFAULT 'pending',
  stage smallint GENERATED ALWAYS AS (${RECIPIENT_STAGE}) STORED,
  code text,
  parts smallint,
  next_part integer NOT NULL DEFAULT 0,
  claim_epoch integer NOT NULL DEFAULT 0,
  retried_epoch integer NOT NULL DEFAULT 0,
  sender_id uuid,
  only_sender_id uuid,
  send_at timestamptz,
  wait_reason text,
  wait_since timestamptz,
  wait_until timestamptz,
  queued_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  replied_at timestamptz,
  -- Whether that reply quotes one of its messages; otherwise it was merely the latest.
  reply_quotes boolean,
  opted_out_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 50);
CREATE INDEX deliveries_contact ON deliveries (contact_id);
CREATE UNIQUE INDEX deliveries_recipient ON deliveries (campaign_id, line);
CREATE INDEX deliveries_stage ON deliveries (campaign_id, stage, id);
CREATE INDEX deliveries_zone ON deliveries (campaign_id, zone, id)
  WHERE stage = 0 AND zone IS NOT NULL;
-- What no campaign feeds: those that wait for their time, and those of a person or a source. What is in the queue or on its way
-- is found by its stage, where the campaign is null.
CREATE INDEX deliveries_due ON deliveries (send_at) WHERE campaign_id IS NULL AND stage = 0;
CREATE INDEX deliveries_line ON deliveries (tenant_id, line) WHERE campaign_id IS NULL;
CREATE INDEX deliveries_source ON deliveries (source_id, id) WHERE source_id IS NOT NULL;

CREATE TABLE campaign_sender_use (
  campaign_id uuid NOT NULL
    CONSTRAINT "FK_22d9f6baf6b56f7581f221679fe" REFERENCES campaigns (id) ON DELETE CASCADE,
  sender_id uuid NOT NULL,
  tenant_id uuid NOT NULL,
  messages integer NOT NULL,
  CONSTRAINT "PK_05a7856f035865496f79d143f47" PRIMARY KEY (campaign_id, sender_id)
);
`;
