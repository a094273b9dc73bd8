/** Of `sent`, see RECIPIENT_STAGE: before it come what waits and what is on its way. */
const FIRST_ENDED_STAGE = 2;

/**
 * What sources other than campaigns have not been told yet: that one of their deliveries has ended, ended otherwise than
 * it had before (sent, then read), or is under way again after all. Written by a trigger, so that no statement that
 * changes a state can forget it. It runs per row and asks first whether there is a source: a recipient of a campaign
 * has none and costs that one comparison. Deliveries are made under way, and only ended ones are deleted: neither is
 * an end.
 */
export const deliveryEnds = `
CREATE TABLE delivery_ends (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_24fa18b0eebee1eb1c7bf319aa8" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  delivery_id uuid NOT NULL,
  source text NOT NULL,
  source_id uuid NOT NULL,
  state text,
  earlier text,
  ended_at timestamptz NOT NULL DEFAULT now(),
  attempts integer NOT NULL DEFAULT 0,
  retry_at timestamptz
);

CREATE FUNCTION note_delivery_end() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO delivery_ends (tenant_id, delivery_id, source, source_id, state, earlier)
    VALUES (NEW.tenant_id, NEW.id, NEW.source, NEW.source_id,
            CASE WHEN NEW.stage >= ${FIRST_ENDED_STAGE} THEN NEW.state END,
            CASE WHEN OLD.stage >= ${FIRST_ENDED_STAGE} THEN OLD.state END);
    RETURN NULL;
  END $$;
CREATE TRIGGER deliveries_ends_noted AFTER UPDATE OF state ON deliveries
  FOR EACH ROW WHEN (NEW.source_id IS NOT NULL AND NEW.state <> OLD.state
                     AND (NEW.stage >= ${FIRST_ENDED_STAGE} OR OLD.stage >= ${FIRST_ENDED_STAGE}))
  EXECUTE FUNCTION note_delivery_end();
`;
