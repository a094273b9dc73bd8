import { availableParallelism } from 'node:os';
import pg from 'pg';
import { newId } from '../../src/lib/ids.js';
import type { BareResult, BareSettings } from './bare.js';

const BATCH = 500;

interface Row {
  id: string;
  sender_id: string;
}

/** What a claim writes: the recipient, and the message that is about to be handed over. */
const CLAIM = `
  WITH asked AS (
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[]) AS a (delivery_id, sender_id, message_id, wa_message_id)
  ), claimed AS (
    UPDATE deliveries r SET state = 'sending', sender_id = a.sender_id, claim_epoch = r.claim_epoch + 1, parts = 1,
      updated_at = now()
    FROM asked a WHERE r.id = a.delivery_id
    RETURNING r.id, r.tenant_id, r.contact_id, r.campaign_id, r.claim_epoch, a.sender_id, a.message_id, a.wa_message_id
  )
  INSERT INTO messages (id, tenant_id, direction, contact_id, sender_id, campaign_id, delivery_id, part, type, body, state,
                        wa_message_id, claim_epoch)
  SELECT message_id, tenant_id, 'out', contact_id, sender_id, campaign_id, id, 0, 'text',
         'Hi Person, there is something new in Recife.', 'sending', wa_message_id, claim_epoch
  FROM claimed`;

/** What an outcome writes: that both were sent. */
const OUTCOME = `
  WITH sent AS (
    UPDATE messages m SET state = 'sent', sent_at = now(), updated_at = now()
    WHERE m.id = ANY($1::uuid[]) RETURNING m.delivery_id, m.sent_at
  )
  UPDATE deliveries r SET state = 'sent', next_part = 1, sent_at = sent.sent_at, updated_at = now()
  FROM sent WHERE r.id = sent.delivery_id`;

/** One loop on one connection for each processor; triggers count, as ever. */
async function main({ databaseUrl, campaignId }: BareSettings): Promise<BareResult> {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: availableParallelism() });
  const { rows } = await pool.query<Row>(
    `SELECT r.id, s.id AS sender_id FROM deliveries r JOIN senders s ON s.tenant_id = r.tenant_id
       AND s.name = 'Sender ' || (abs(hashtext(r.id::text)) % 20)
     WHERE r.campaign_id = $1 ORDER BY r.id`,
    [campaignId],
  );
  const batches = Array.from({ length: Math.ceil(rows.length / BATCH) }, (_, n) =>
    rows.slice(n * BATCH, (n + 1) * BATCH),
  );
  const started = performance.now();
  const cpuBefore = process.cpuUsage();
  const loop = async (): Promise<void> => {
    for (let batch = batches.shift(); batch; batch = batches.shift()) {
      const ids = batch.map(() => newId());
      await pool.query(CLAIM, [
        batch.map(({ id }) => id),
        batch.map(({ sender_id: senderId }) => senderId),
        ids,
        ids.map((id) => `bare-${id}`),
      ]);
      await pool.query(OUTCOME, [ids]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, loop));
  const { user, system } = process.cpuUsage(cpuBefore);
  const seconds = (performance.now() - started) / 1_000;
  // The backends are counted once they have ended, too.
  await pool.end();
  return { messages: rows.length, cpuMicros: user + system, seconds };
}

let measured = false;
// Stays until the measuring process has the result, which an exit may overtake; earlier, that process has died.
process.on('disconnect', () => process.exit(measured ? 0 : 1));
const result = await main(JSON.parse(process.env['BARE_SETTINGS'] ?? '{}') as BareSettings);
measured = true;
process.send?.(result);
