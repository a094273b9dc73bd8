/**
 * Every message, in and out, which refers to nothing by a foreign key, because it outlives its campaign and its contact;
 * and who wrote to which sender, which ends with either.
 */
export const messages = `
-- Nearly half of each page stays free for the next versions of its rows: a message is written again as it is handed
-- over, sent, delivered and read. No index has its state: what is being sent is found through its recipient.
CREATE TABLE messages (
  id uuid NOT NULL CONSTRAINT "PK_18325f38ae6de43878487eff986" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  direction text NOT NULL,
  contact_id uuid,
  -- Null for a direct message until a sender is reserved for it.
  sender_id uuid,
  campaign_id uuid,
  delivery_id uuid,
  source text,
  source_id uuid,
  -- The message that came in and that this one answers; it may be gone.
  reply_to uuid,
  part integer NOT NULL DEFAULT 0,
  type text NOT NULL,
  body text,
  content jsonb,
  -- Of what came in: by which identities, under what name, what it quotes.
  received jsonb,
  -- Here, because before a time it would fill eight bytes.
  text_overdue boolean NOT NULL DEFAULT false,
  state text NOT NULL,
  code text,
  wa_message_id text,
  attempts jsonb NOT NULL DEFAULT '[]',
  claim_epoch integer NOT NULL DEFAULT 0,
  worker_id uuid,
  created_at timestamptz NOT NULL DEFAULT now(),
  send_at timestamptz,
  sent_at timestamptz,
  delivered_at timestamptz,
  read_at timestamptz,
  text_removed_at timestamptz,
  updated_at timestamptz NOT NULL DEFAULT now()
) WITH (fillfactor = 55);
CREATE UNIQUE INDEX messages_inbound_once ON messages (sender_id, wa_message_id) WHERE direction = 'in';
CREATE INDEX messages_campaign ON messages (campaign_id, id) WHERE campaign_id IS NOT NULL;
CREATE INDEX messages_tenant ON messages (tenant_id, id);
-- What retention has been past and has to come back to. All others have no entry, and cost nothing when they are written.
CREATE INDEX messages_text_overdue ON messages (tenant_id, id) WHERE text_overdue;
CREATE INDEX messages_contact ON messages (contact_id, id);
CREATE UNIQUE INDEX messages_delivery_part ON messages (delivery_id, part)
  WHERE delivery_id IS NOT NULL AND direction = 'out';
CREATE INDEX messages_wa_id ON messages (wa_message_id);
CREATE INDEX messages_direct ON messages (tenant_id, id) WHERE source_id IS NOT NULL;
-- Few messages have a time of their own: the frequency cap finds those that were accepted long before they leave.
CREATE INDEX messages_scheduled ON messages (contact_id, send_at) WHERE send_at IS NOT NULL;
CREATE INDEX messages_source ON messages (source_id, id) WHERE source_id IS NOT NULL;

-- How far retention of texts has come in each tenant.
CREATE TABLE message_text_marks (
  tenant_id uuid NOT NULL CONSTRAINT "PK_99f332d8a69405ce5592e31681e" PRIMARY KEY
    CONSTRAINT "FK_99f332d8a69405ce5592e31681e" REFERENCES tenants (id) ON DELETE CASCADE,
  reached uuid NOT NULL
);

CREATE TABLE conversations (
  contact_id uuid NOT NULL CONSTRAINT "FK_3e605129623b629ddd0583740db" REFERENCES contacts (id) ON DELETE CASCADE,
  sender_id uuid NOT NULL CONSTRAINT "FK_e3c404a3d131a6e14028623bb76" REFERENCES senders (id) ON DELETE CASCADE,
  tenant_id uuid NOT NULL,
  last_inbound_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT now(),
  CONSTRAINT "PK_0bc47e7ea0bea4eecb59805195d" PRIMARY KEY (contact_id, sender_id)
);
CREATE INDEX conversations_sender ON conversations (sender_id);
`;
