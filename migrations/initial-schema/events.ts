/**
 * What happened, for those who want to know (decision 0023). A change and its events commit together; the position that
 * readers go by is given afterwards, so that none of them passes a commit that comes late.
 */
export const events = `
-- Kept for a day: a partition of six hours goes whole. What no partition was made for is in events_rest, so that a change
-- never fails for want of one.
CREATE TABLE events (
  id bigint GENERATED ALWAYS AS IDENTITY,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  object_id uuid NOT NULL,
  sequence integer NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL DEFAULT now(),
  position bigint,
  CONSTRAINT "PK_b83d6e98a8543490ead8de66e7d" PRIMARY KEY (id, at)
) PARTITION BY RANGE (at);
CREATE TABLE events_rest PARTITION OF events DEFAULT;
CREATE INDEX events_unnumbered ON events (id) WHERE position IS NULL;
CREATE INDEX events_position ON events (position);
CREATE INDEX events_object ON events (object_id, sequence);

-- The last sequence number of each object, for as long as the object is there.
CREATE TABLE event_sequences (
  object_id uuid NOT NULL CONSTRAINT "PK_b214e91e56e0c2fed312ec26a3e" PRIMARY KEY,
  tenant_id uuid NOT NULL
    CONSTRAINT "FK_0c96db5c637b90204bbe7539bf9" REFERENCES tenants (id) ON DELETE CASCADE,
  last integer NOT NULL
) WITH (fillfactor = 70);

-- How far the numbering and each reader have come.
CREATE TABLE event_positions (
  name text NOT NULL CONSTRAINT "PK_178bb9c6ed293c91b257ae3651e" PRIMARY KEY,
  position bigint NOT NULL
);
INSERT INTO event_positions (name, position) VALUES ('numbering', 0), ('log', 0);

CREATE TABLE event_log (
  object_id uuid NOT NULL,
  sequence integer NOT NULL,
  tenant_id uuid NOT NULL,
  kind text NOT NULL,
  payload jsonb NOT NULL,
  at timestamptz NOT NULL,
  CONSTRAINT "PK_73b1f2dfe2656dee486b922eb45" PRIMARY KEY (object_id, sequence)
);
CREATE INDEX event_log_at ON event_log (at);
`;
