/**
 * What sessions heard. A row is committed before its event is acknowledged to the network; that it is worked off is one more
 * change of it, so both indexes of what waits are almost always empty.
 */
export const inboundEvents = `
CREATE TABLE inbound_events (
  -- The order in which they were stored.
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_inbound_events" PRIMARY KEY,
  -- Foreign keys would make it wait for whoever changes a sender, and an event outlives its sender for some days.
  tenant_id uuid NOT NULL,
  sender_id uuid NOT NULL,
  kind text NOT NULL,
  wa_id text NOT NULL,
  revision text NOT NULL,
  lines text[] NOT NULL,
  payload jsonb,
  plain boolean NOT NULL,
  stops boolean NOT NULL,
  stored_at timestamptz NOT NULL DEFAULT now(),
  done_at timestamptz,
  failures integer NOT NULL DEFAULT 0,
  retry_at timestamptz,
  parked_at timestamptz,
  error text,
  CONSTRAINT inbound_events_once UNIQUE (sender_id, kind, wa_id, revision)
);
CREATE INDEX inbound_events_waiting ON inbound_events (id) WHERE done_at IS NULL AND parked_at IS NULL;
-- Every claim asks it whether somebody of its tenant may have opted out a moment ago.
CREATE INDEX inbound_events_stops ON inbound_events (tenant_id) WHERE stops AND done_at IS NULL;
CREATE INDEX inbound_events_parked ON inbound_events (tenant_id, id) WHERE parked_at IS NOT NULL;
`;
