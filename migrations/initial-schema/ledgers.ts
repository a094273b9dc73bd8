/**
 * The two ledgers of campaigns, written by triggers: the sums of a ledger equal count(*) at every commit, whatever
 * statement changes recipients or messages, and however many run at once. The triggers run once per statement, so a
 * batch of 500 rows costs one insert. Statistics of a million recipients are sums over a few hundred rows.
 *
 * Whose sender served the recipients of an entry stands in the entry: with ten thousand senders each recipient of a batch has
 * another one, and a row for each would cost more than the batch.
 */
export const ledgers = `
-- A fold adds new entries to the one row of their sum, which has room to change in its place.
CREATE TABLE campaign_counts (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_7bc639ee43586ce80ecabd6e781" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  campaign_id uuid NOT NULL
    CONSTRAINT "FK_8c3141d4b4eebed32b99e3d7f3c" REFERENCES campaigns (id) ON DELETE CASCADE,
  counter text NOT NULL,
  variant smallint NOT NULL DEFAULT '0',
  code text,
  delta integer NOT NULL,
  sender_ids uuid[],
  sender_deltas integer[],
  folded boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);
CREATE INDEX campaign_counts_campaign ON campaign_counts (campaign_id, counter);
CREATE UNIQUE INDEX campaign_counts_sum ON campaign_counts (campaign_id, counter, variant, code)
  NULLS NOT DISTINCT WHERE folded;

-- What folded entries say of senders.
CREATE TABLE campaign_sender_counts (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_1af893d121a282d39911ec48c5e" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  campaign_id uuid NOT NULL
    CONSTRAINT "FK_9363733215a82ee95f4f379aa12" REFERENCES campaigns (id) ON DELETE CASCADE,
  counter text NOT NULL,
  sender_id uuid,
  variant smallint NOT NULL DEFAULT '0',
  code text,
  delta integer NOT NULL
) WITH (fillfactor = 70);
CREATE UNIQUE INDEX campaign_sender_counts_sum
  ON campaign_sender_counts (campaign_id, counter, sender_id, variant, code) NULLS NOT DISTINCT;

CREATE TABLE campaign_message_counts (
  id bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT "PK_2d59cb4ba60a7c8b8bc5a8ba9da" PRIMARY KEY,
  tenant_id uuid NOT NULL,
  campaign_id uuid NOT NULL
    CONSTRAINT "FK_bb0bcf5ad7b3c131ee891f2622d" REFERENCES campaigns (id) ON DELETE CASCADE,
  part integer NOT NULL,
  counter text NOT NULL,
  quarter timestamptz,
  delta integer NOT NULL,
  folded boolean NOT NULL DEFAULT false
) WITH (fillfactor = 70);
CREATE INDEX campaign_message_counts_campaign ON campaign_message_counts (campaign_id);
CREATE UNIQUE INDEX campaign_message_counts_sum ON campaign_message_counts (campaign_id, part, counter, quarter)
  NULLS NOT DISTINCT WHERE folded;

${trigger('count_new_deliveries', writeRecipients(recipients('added', 1)))}
${trigger('count_changed_deliveries', writeRecipients(`${recipients('before', -1)} UNION ALL ${recipients('after', 1)}`))}
CREATE TRIGGER deliveries_counted_insert AFTER INSERT ON deliveries
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_new_deliveries();
CREATE TRIGGER deliveries_counted_update AFTER UPDATE ON deliveries
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_deliveries();

${trigger('count_new_messages', writeMessages(sentMessages('added', 1)))}
${trigger('count_changed_messages', writeMessages(`${sentMessages('before', -1)} UNION ALL ${sentMessages('after', 1)}`))}
CREATE TRIGGER campaign_messages_counted_insert AFTER INSERT ON messages
  REFERENCING NEW TABLE AS added
  FOR EACH STATEMENT EXECUTE FUNCTION count_new_messages();
CREATE TRIGGER campaign_messages_counted_update AFTER UPDATE ON messages
  REFERENCING OLD TABLE AS before NEW TABLE AS after
  FOR EACH STATEMENT EXECUTE FUNCTION count_changed_messages();
`;

function trigger(name: string, insert: string): string {
  return `CREATE FUNCTION ${name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
      ${insert};
      RETURN NULL;
    END $$;`;
}

/** What the recipients in `source` add to the ledger. A recipient counts for a sender once it is served. */
function recipients(source: string, delta: 1 | -1): string {
  const servedBy = `CASE WHEN state IN ('pending', 'queued', 'sending') THEN NULL ELSE sender_id END`;
  return `SELECT tenant_id, campaign_id, state AS counter, ${servedBy} AS sender_id, variant, code, ${delta} AS delta
      FROM ${source}
    UNION ALL SELECT tenant_id, campaign_id, 'replied', sender_id, variant,
      CASE WHEN reply_quotes THEN 'quoted' END, ${delta} FROM ${source}
      WHERE replied_at IS NOT NULL
    UNION ALL SELECT tenant_id, campaign_id, 'opted_out', sender_id, variant, NULL, ${delta} FROM ${source}
      WHERE opted_out_at IS NOT NULL`;
}

/** Only what campaigns send has statistics, and therefore entries. */
function writeRecipients(entries: string): string {
  return `INSERT INTO campaign_counts (tenant_id, campaign_id, counter, variant, code, delta, sender_ids, sender_deltas)
    SELECT tenant_id, campaign_id, counter, variant, code, sum(delta), array_agg(sender_id), array_agg(delta) FROM (
      SELECT tenant_id, campaign_id, counter, sender_id, variant, code, sum(delta) AS delta FROM (${entries}) facts
      GROUP BY tenant_id, campaign_id, counter, sender_id, variant, code
      HAVING sum(delta) <> 0) changes
    WHERE campaign_id IS NOT NULL
    GROUP BY tenant_id, campaign_id, counter, variant, code`;
}

/**
 * What the messages in `source` add: each fact in the quarter of an hour in which it happened. Quarters, because the
 * offset of every time zone is a multiple of one, so that they add up to the hours of any zone.
 */
function sentMessages(source: string, delta: 1 | -1): string {
  const quarter = (at: string) => `date_bin('15 minutes', ${at}, timestamptz '2000-01-01 00:00:00Z')`;
  const facts = ['sent', 'delivered', 'read'].map(
    (fact) => `SELECT tenant_id, campaign_id, part, '${fact}' AS counter, ${quarter(`${fact}_at`)} AS quarter,
      ${delta} AS delta FROM ${source} WHERE campaign_id IS NOT NULL AND direction = 'out' AND ${fact}_at IS NOT NULL`,
  );
  const ends = `SELECT tenant_id, campaign_id, part, state, NULL, ${delta} FROM ${source}
    WHERE campaign_id IS NOT NULL AND direction = 'out' AND state IN ('failed', 'unknown')`;
  return [...facts, ends].join(' UNION ALL ');
}

/** Messages outlive their campaign; only while it is there they count for it. */
function writeMessages(entries: string): string {
  return `INSERT INTO campaign_message_counts (tenant_id, campaign_id, part, counter, quarter, delta)
    SELECT tenant_id, campaign_id, part, counter, quarter, delta FROM (
      SELECT tenant_id, campaign_id, part, counter, quarter, sum(delta) AS delta FROM (${entries}) facts
      GROUP BY tenant_id, campaign_id, part, counter, quarter
      HAVING sum(delta) <> 0) changes
    WHERE EXISTS (SELECT FROM campaigns WHERE campaigns.id = changes.campaign_id)`;
}
