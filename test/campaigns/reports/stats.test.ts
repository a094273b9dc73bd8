import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { Tx } from '../../../src/db/index.js';
import { foldCounts } from '../../../src/modules/campaigns/campaign.repository.js';
import { presentCampaignStats, presentComparison } from '../../../src/modules/campaigns/index.js';
import { CampaignReports, type StatsQuery } from '../../../src/modules/campaigns/reports/report.service.js';
import { recipientsAfter, reportAfter } from '../../../src/modules/campaigns/reports/report.repository.js';
import { completeWhenDone } from '../../../src/modules/campaigns/feeding/feed.repository.js';
import {
  findRecipient,
  messagesOfRecipient,
} from '../../../src/modules/campaigns/reports/trace.repository.js';
import { newId } from '../../../src/lib/ids.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { ReportWorld } from './world.js';
import { claimPending } from '../../../src/modules/delivery/queue.repository.js';
import { insertMessage, saveSettings } from '../../support/rows.js';

let db: TestDatabase;
let world: ReportWorld;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new ReportWorld(db.database, await db.createTenant());
});

async function statsOf(campaignId: string, query: StatsQuery = {}) {
  return presentCampaignStats(await world.reports.stats(world.tenantId, campaignId, query));
}

/** Four recipients of two parts: one reads all, one the first part, one has no WhatsApp, one is never heard of. */
async function mixedCampaign() {
  const ana = await world.named('Ana', { hasIdempotentIds: false });
  const { id, recipients } = await world.campaign({ parts: ['One', 'Two'], recipients: 4 });
  for (const payload of recipients.slice(0, 2)) await world.drive(world.worker(), payload);
  ana.answer({ kind: 'rejected', code: 'not_on_whatsapp', permanent: true });
  await world.drive(world.worker(), recipients[2]!);
  ana.skip();
  ana.answer({ kind: 'unknown', code: 'timeout' });
  await world.drive(world.worker(), recipients[3]!);
  const at = new Date().toISOString();
  const receipt = (index: number, status: 'read' | 'delivered') => ({
    waMessageId: ana.handed[index]?.waMessageId ?? '',
    status,
    at,
  });
  await world.receipts.apply(world.tenantId, ana.senderId, [
    receipt(0, 'read'),
    receipt(1, 'read'),
    receipt(2, 'read'),
    receipt(3, 'delivered'),
  ]);
  return { id, ana, recipients };
}

describe('statistics', () => {
  it('count messages by part, each in everything it got as far as', async () => {
    const { id } = await mixedCampaign();
    const { byPart, rates, bySender } = await statsOf(id, { by: ['part'] });
    expect(byPart).toEqual([
      { part: 0, sent: 2, delivered: 2, read: 2, failed: 1, unknown: 1 },
      { part: 1, sent: 2, delivered: 2, read: 1, failed: 0, unknown: 0 },
    ]);
    expect(rates.failed).toMatchObject({ count: 2, of: 4, rate: 0.5 });
    expect(rates.read).toMatchObject({ count: 1, of: 2 });
    expect(bySender).toMatchObject([{ name: 'Ana', total: 4, failed: 1, unknown: 1, read: 1, delivered: 1 }]);
    const { ledger, counted } = await world.messageCounts(id);
    expect(ledger).toEqual(counted);
  });

  it('count messages by hour on the wall clock asked for, or the one of the tenant', async () => {
    const { id } = await world.campaign();
    await insertMessages(id, [
      ['2026-03-02T10:10:00Z', '2026-03-02T10:50:00Z'],
      ['2026-03-02T10:40:00Z', null],
      ['2026-03-02T12:00:00Z', '2026-03-02T12:01:00Z'],
    ]);
    expect(await statsOf(id, { by: ['hour'] })).toMatchObject({
      timeZone: 'UTC',
      byHour: [
        { hour: '2026-03-02T10:00:00.000Z', local: '2026-03-02 10:00', sent: 2, delivered: 0, read: 1 },
        { hour: '2026-03-02T12:00:00.000Z', local: '2026-03-02 12:00', sent: 1, delivered: 0, read: 1 },
      ],
    });
    // 5:45 ahead: 10:10 and 10:50 fall into different hours.
    const kathmandu = await statsOf(id, { by: ['hour'], timeZone: 'Asia/Kathmandu' });
    expect(kathmandu.byHour).toEqual([
      { hour: '2026-03-02T09:15:00.000Z', local: '2026-03-02 15:00', sent: 1, delivered: 0, read: 0 },
      { hour: '2026-03-02T10:15:00.000Z', local: '2026-03-02 16:00', sent: 1, delivered: 0, read: 1 },
      { hour: '2026-03-02T11:15:00.000Z', local: '2026-03-02 17:00', sent: 1, delivered: 0, read: 1 },
    ]);
    await saveSettings(world.database.manager, world.tenantId, { timeZone: 'Europe/Berlin' });
    expect(await statsOf(id, { by: ['hour'] })).toMatchObject({
      timeZone: 'Europe/Berlin',
      byHour: [{ local: '2026-03-02 11:00' }, { local: '2026-03-02 13:00' }],
    });
    await expect(statsOf(id, { by: ['hour'], timeZone: 'Mars/Base' })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path: 'timeZone' }],
    });
  });

  it('count for a sender whom it has served, not who is on the way', async () => {
    const { id, ana, recipients } = await mixedCampaign();
    const served = { name: 'Ana', total: 4 };
    expect((await statsOf(id)).bySender).toMatchObject([served]);
    const back = [recipients[0]!.deliveryId];
    await world.sql(`UPDATE deliveries SET state = 'sending' WHERE id = ANY($1)`, [back]);
    const stats = await statsOf(id);
    expect(stats).toMatchObject({ sending: 1, bySender: [{ name: 'Ana', total: 3, sending: 0 }] });
    await world.sql(`UPDATE deliveries SET state = 'sent' WHERE id = ANY($1)`, [back]);
    expect((await statsOf(id)).bySender).toMatchObject([{ senderId: ana.senderId, ...served, sent: 1 }]);
  });

  it('stay what they are when the ledgers are folded, and the ledgers become short', async () => {
    const { id, recipients } = await mixedCampaign();
    const before = await statsOf(id, { by: ['part', 'hour'] });
    const contact = (await world.recipient(recipients[0]!.deliveryId))['contact_id'];
    await foldCounts(world.database.manager, id);
    await foldCounts(world.database.manager, id);
    expect(await statsOf(id, { by: ['part', 'hour'] })).toEqual(before);
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
    const [length] = await world.sql(
      'SELECT count(*)::int AS n FROM campaign_counts WHERE campaign_id = $1',
      [id],
    );
    expect(length).toEqual({ n: 4 });
    await world.sql(`UPDATE deliveries SET replied_at = now() WHERE contact_id = $1`, [contact]);
    expect(await statsOf(id)).toMatchObject({
      replied: 1,
      rates: { replied: { count: 1, of: 2, rate: 0.5 } },
    });
  });

  it('grow by what a further fold finds, in one row of each kind', async () => {
    const { id, recipients } = await mixedCampaign();
    await foldCounts(world.database.manager, id);
    const reply = (deliveryId: string) =>
      world.sql('UPDATE deliveries SET replied_at = now() WHERE id = $1', [deliveryId]);
    const sent = recipients.slice(0, 2).map(({ deliveryId }) => deliveryId);
    for (const deliveryId of sent) {
      await reply(deliveryId);
      await foldCounts(world.database.manager, id);
    }
    const rows = await world.sql<{ counter: string; delta: number; folded: boolean }>(
      'SELECT counter, delta, folded FROM campaign_counts WHERE campaign_id = $1 AND counter = $2',
      [id, 'replied'],
    );
    expect(rows.every(({ folded }) => folded)).toBe(true);
    expect(rows.reduce((sum, { delta }) => sum + delta, 0)).toBe(2);
    const { ledger, counted } = await world.counts(id);
    expect(ledger).toEqual(counted);
    const [kinds] = await world.sql(
      `SELECT count(*)::int = count(DISTINCT (counter, variant, code))::int AS once
       FROM campaign_counts WHERE campaign_id = $1`,
      [id],
    );
    expect(kinds).toEqual({ once: true });
  });

  it('fold a ledger that has become long, which no other job does after the end of a campaign', async () => {
    const { id, recipients } = await world.campaign();
    const { deliveryId } = recipients[0]!;
    await world.sql(
      `DO $$ BEGIN FOR turn IN 1..600 LOOP
         UPDATE deliveries SET state = CASE state WHEN 'queued' THEN 'pending' ELSE 'queued' END
         WHERE id = '${deliveryId}';
       END LOOP; END $$`,
    );
    const length = async () =>
      (
        await world.sql<{ n: number }>(
          'SELECT count(*)::int AS n FROM campaign_counts WHERE campaign_id = $1',
          [id],
        )
      )[0]?.n;
    expect(await length()).toBeGreaterThan(1_000);
    expect(await statsOf(id)).toMatchObject({ queued: 1, pending: 0 });
    expect(await length()).toBe(1);
    expect(await statsOf(id)).toMatchObject({ queued: 1, pending: 0 });
  });

  it('survive that a message outlives its campaign', async () => {
    const { id, ana } = await mixedCampaign();
    await world.sql(`UPDATE campaigns SET status = 'stopped' WHERE id = $1`, [id]);
    await world.sql('DELETE FROM campaigns WHERE id = $1', [id]);
    const at = new Date().toISOString();
    const waMessageId = ana.handed[3]?.waMessageId ?? '';
    await world.receipts.apply(world.tenantId, ana.senderId, [{ waMessageId, status: 'read', at }]);
    expect(
      await world.sql(`SELECT state FROM messages WHERE wa_message_id = $1`, [waMessageId]),
    ).toMatchObject([{ state: 'read' }]);
  });

  it('say for what a campaign waits that is paused or has its start before it', async () => {
    const { id } = await world.campaign();
    expect((await statsOf(id)).waitingFor).toBeUndefined();
    await world.sql(
      `UPDATE campaigns SET status = 'scheduled', scheduled_at = '2030-01-01T09:00:00Z' WHERE id = $1`,
      [id],
    );
    expect((await statsOf(id)).waitingFor).toEqual({
      reason: 'scheduled',
      message: 'The campaign waits for its start time. Until 2030-01-01 09:00 (UTC).',
      until: '2030-01-01T09:00:00.000Z',
    });
    await world.sql(`UPDATE campaigns SET status = 'paused' WHERE id = $1`, [id]);
    expect((await statsOf(id)).waitingFor).toEqual({ reason: 'paused', message: 'The campaign is paused.' });
    const window = `waiting_reason = 'outside_window', waiting_until = '2030-01-01T09:00:00Z'`;
    await world.sql(`UPDATE campaigns SET status = 'running', ${window} WHERE id = $1`, [id]);
    expect((await statsOf(id)).waitingFor?.message).toBe(
      'It is outside the hours in which this campaign may send. Until 2030-01-01 09:00 (UTC).',
    );
  });

  it('say that no process sends, whatever was noted before, and foresee no end then', async () => {
    await world.named('Ana');
    const { id } = await world.campaign({ recipients: 2 });
    await world.sql(
      `UPDATE campaigns SET waiting_reason = 'outside_window', waiting_until = '2030-01-01T09:00:00Z' WHERE id = $1`,
      [id],
    );
    world.isWorkerAlive = false;
    const stats = await statsOf(id);
    expect(stats.waitingFor).toEqual({
      reason: 'no_worker',
      message: 'No process that sends is running; it goes on by itself once one is started.',
    });
    expect(stats.estimatedFinishAt).toBeUndefined();
    const schedule = (at: string) =>
      world.sql(`UPDATE campaigns SET status = 'scheduled', scheduled_at = $2 WHERE id = $1`, [id, at]);
    await schedule('2030-01-01T09:00:00Z');
    expect((await statsOf(id)).waitingFor?.reason).toBe('scheduled');
    await schedule('2020-01-01T09:00:00Z');
    expect((await statsOf(id)).waitingFor?.reason).toBe('no_worker');
    await world.sql(`UPDATE campaigns SET status = 'paused', waiting_reason = NULL WHERE id = $1`, [id]);
    expect((await statsOf(id)).waitingFor?.reason).toBe('paused');
    world.isWorkerAlive = true;
  });
});

describe('the estimated finish', () => {
  const HOUR_MS = 3_600_000;
  const hoursUntil = (at: string | undefined): number => (Date.parse(at ?? '') - Date.now()) / HOUR_MS;

  it('keeps to quotas and the pace of the senders', async () => {
    const ana = await world.named('Ana');
    await world.sql('UPDATE senders SET quota_per_day = 10 WHERE id = $1', [ana.senderId]);
    const { id } = await world.campaign({ recipients: 25 });
    const estimate = hoursUntil((await statsOf(id)).estimatedFinishAt);
    expect(estimate).toBeGreaterThan(48);
    expect(estimate).toBeLessThan(49);
    await world.sql('UPDATE senders SET quota_per_day = 1000 WHERE id = $1', [ana.senderId]);
    expect(hoursUntil((await statsOf(id)).estimatedFinishAt)).toBeLessThan(0.2);
  });

  it('keeps to the hours of the campaign, also where they are those of the recipients', async () => {
    await world.named('Ana');
    const { id } = await world.campaign({ recipients: 5 });
    await world.sql(`UPDATE deliveries SET state = 'pending', zone = 'BR' WHERE campaign_id = $1`, [id]);
    const day = ((new Date().getUTCDay() + 2) % 7) + 1;
    for (const timeZone of ['UTC', 'recipient']) {
      const window = { timeZone, days: [{ day, from: '00:00', to: '24:00' }] };
      await world.sql('UPDATE campaigns SET send_window = $2 WHERE id = $1', [id, JSON.stringify(window)]);
      const estimate = hoursUntil((await statsOf(id)).estimatedFinishAt);
      expect(estimate).toBeGreaterThan(24);
      expect(estimate).toBeLessThan(96);
    }
  });

  it('is not given when it cannot be known', async () => {
    const ana = await world.named('Ana');
    const { id } = await world.campaign({ recipients: 5 });
    await world.sql(`UPDATE senders SET status = 'disconnected' WHERE id = $1`, [ana.senderId]);
    expect((await statsOf(id)).estimatedFinishAt).toBeUndefined();
    await world.sql(`UPDATE senders SET status = 'connected' WHERE id = $1`, [ana.senderId]);
    expect((await statsOf(id)).estimatedFinishAt).toBeDefined();
    await world.sql(`UPDATE campaigns SET canary = '{"recipients":2}' WHERE id = $1`, [id]);
    expect((await statsOf(id)).estimatedFinishAt).toBeUndefined();
  });
});

describe('a comparison', () => {
  it('shows rates side by side and which of them really differ', async () => {
    const made = async (read: number, sent: number): Promise<string> => {
      const { id } = await world.campaign({ recipients: read + sent });
      await world.sql(
        `UPDATE deliveries SET state = CASE WHEN id IN (
           SELECT id FROM deliveries WHERE campaign_id = $1 ORDER BY id LIMIT $2) THEN 'read' ELSE 'sent' END
         WHERE campaign_id = $1`,
        [id, read],
      );
      return id;
    };
    const [good, poor, alike] = [await made(18, 2), await made(4, 16), await made(5, 15)];
    const result = presentComparison(await world.reports.compare(world.tenantId, [poor, good, alike]));
    expect(result.campaigns.map(({ id, rates }) => [id, rates.read.rate])).toEqual([
      [poor, 0.2],
      [good, 0.9],
      [alike, 0.25],
    ]);
    expect(result.campaigns[0]?.rates.read).toEqual({
      count: 4,
      of: 20,
      rate: 0.2,
      low: 0.0807,
      high: 0.416,
    });
    expect(result.differences.filter(({ rate }) => rate === 'read')).toEqual([
      { rate: 'read', higher: good, lower: poor },
      { rate: 'read', higher: good, lower: alike },
    ]);
    const shouted = await world.reports.compare(world.tenantId, [good.toUpperCase(), poor]);
    expect(shouted[0]?.counts).toMatchObject({ read: 18, sent: 2 });
    await expect(world.reports.compare(await db.createTenant(), [good, poor])).rejects.toMatchObject({
      code: 'campaign_not_found',
    });
  });
});

describe('reports on a large campaign among others', () => {
  it('read neither recipients nor messages from end to end', async () => {
    const large = await largeCampaign(20_000);
    await largeCampaign(2_000);
    await world.sql('ANALYZE deliveries');
    await world.sql('ANALYZE messages');
    const [row] = await world.sql<{ id: string; contact_id: string; phone: string }>(
      'SELECT id, contact_id, phone FROM deliveries WHERE campaign_id = $1 ORDER BY id OFFSET 10000 LIMIT 1',
      [large],
    );
    const campaign = { tenantId: world.tenantId, id: large };
    const reads: Record<string, (tx: Tx) => Promise<unknown>> = {
      stats: (tx) =>
        new CampaignReports({
          database: { manager: tx } as never,
          clock: { now: () => new Date() },
          senders: world.senderService,
          workers: { isAnyAlive: async () => true },
        }).stats(world.tenantId, large, { by: ['part', 'hour'] }),
      recipientTrace: (tx) => findRecipient(tx, campaign, row?.id ?? ''),
      contactTrace: (tx) => findRecipient(tx, campaign, row?.contact_id ?? ''),
      messagesOfTrace: (tx) => messagesOfRecipient(tx, world.tenantId, row?.id ?? ''),
      page: (tx) => reportAfter(tx, campaign, { limit: 500, after: row?.phone ?? '' }),
      pageOfState: (tx) => reportAfter(tx, campaign, { limit: 500, state: 'read', after: row?.id ?? '' }),
    };
    for (const [name, read] of Object.entries(reads)) {
      const scans = await db.database.transaction(async (tx) => {
        await read(tx);
        return tx.query<unknown[]>(
          `SELECT relname, seq_scan::int FROM pg_stat_xact_user_tables
           WHERE relname IN ('deliveries', 'messages') AND seq_scan > 0`,
        );
      });
      expect({ name, scans }).toEqual({ name, scans: [] });
    }
  });

  it('read no recipients of the campaigns before it', async () => {
    await largeCampaign(20_000);
    const later = await largeCampaign(20_000);
    await world.sql('ANALYZE deliveries');
    const campaign = { tenantId: world.tenantId, id: later };
    const reads: Record<string, (tx: Tx) => Promise<unknown>> = {
      sentToReaders: (tx) => recipientsAfter(tx, campaign, { limit: 51, state: 'read' }),
      nonePending: (tx) => claimPending(tx, { id: later, purpose: 'marketing', partCounts: [1] }, 51),
      completion: (tx) => completeWhenDone(tx, later, new Date()),
    };
    for (const [name, read] of Object.entries(reads)) {
      const [touched] = await db.database.transaction(async (tx) => {
        // Larger campaigns make sorting look dear; a statement no index has the order of would walk past the others'.
        await tx.query('SET LOCAL enable_sort = off');
        await read(tx);
        return tx.query<{ rows: number }[]>(
          `SELECT (coalesce(idx_tup_fetch, 0) + coalesce(seq_tup_read, 0))::int AS rows
           FROM pg_stat_xact_user_tables WHERE relname = 'deliveries'`,
        );
      });
      expect({ name, few: touched!.rows < 200 }).toEqual({ name, few: true });
    }
  });
});

async function insertMessages(campaignId: string, times: [string, string | null][]): Promise<void> {
  for (const [part, [sentAt, readAt]] of times.entries()) {
    const read = readAt === null ? null : new Date(readAt);
    const message = { senderId: newId(), campaignId, part, sentAt: new Date(sentAt), readAt: read };
    await insertMessage(world.database.manager, world.tenantId, message);
  }
}

let largeCampaigns = 0;

/** Made in the database, sent and read; later ones have larger ids, as those of the program. */
async function largeCampaign(size: number): Promise<string> {
  largeCampaigns += 1;
  const { id } = await world.campaign();
  await world.sql(
    `WITH made AS (
       INSERT INTO deliveries (id, tenant_id, campaign_id, contact_id, phone, state, sent_at, next_part)
       SELECT (lpad($4::text, 8, '0') || substr(gen_random_uuid()::text, 9))::uuid, $1, $2, gen_random_uuid(),
              '+55119' || (10000000 + n), 'read', now(), 1
       FROM generate_series(1, $3::int) n RETURNING id)
     INSERT INTO messages (id, tenant_id, direction, sender_id, campaign_id, delivery_id, part, type, state,
                           sent_at, delivered_at, read_at)
     SELECT gen_random_uuid(), $1, 'out', gen_random_uuid(), $2, id, 0, 'text', 'read', now(), now(), now() FROM made`,
    [world.tenantId, id, size, largeCampaigns],
  );
  return id;
}
