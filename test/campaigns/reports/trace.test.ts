import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { newId } from '../../../src/lib/ids.js';
import { retryFailed } from '../../../src/modules/delivery/index.js';
import { presentTrace } from '../../../src/modules/campaigns/index.js';
import { accept } from '../../delivery/scripted-session.js';
import { createTestDatabase, type TestDatabase } from '../../support/database.js';
import { ReportWorld } from './world.js';
import { claimPending } from '../../../src/modules/delivery/queue.repository.js';
import { DeliveryPersonRecords } from '../../../src/modules/delivery/index.js';
import { insertSuppressions, saveSettings } from '../../support/rows.js';
import { receive } from '../../support/inbound.js';

let db: TestDatabase;
let world: ReportWorld;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  world = new ReportWorld(db.database, await db.createTenant());
});

async function traceOf(campaignId: string, id: string) {
  return presentTrace(await world.reports.trace(world.tenantId, campaignId, id));
}

const textsOf = ({ steps }: Awaited<ReturnType<typeof traceOf>>) => steps.map(({ text }) => text);

describe('the trace of a recipient', () => {
  it('tells a way with detours: who could not send, who did, what the phone reported', async () => {
    const ana = await world.named('Ana');
    ana.answer({
      kind: 'retryLater',
      code: 'rate_limited',
      at: new Date(Date.now() + 60_000),
      scope: 'sender',
    });
    const { id, recipients } = await world.campaign({ parts: ['One', 'Two'] });
    const [payload] = recipients;
    if (!payload) throw new Error('no recipient');
    await world.worker().handleSend(payload, { signal: new AbortController().signal });
    const bea = await world.named('Bea');
    await world.sql('UPDATE senders SET paused_at = now() WHERE id = $1', [ana.senderId]);
    await world.drive(world.worker(), payload);
    const [first, second] = bea.handed;
    const at = new Date(Date.now() + 1_000).toISOString();
    await world.receipts.apply(world.tenantId, bea.senderId, [
      { waMessageId: first?.waMessageId ?? '', status: 'read', at },
      { waMessageId: second?.waMessageId ?? '', status: 'delivered', at },
    ]);

    const trace = await traceOf(id, payload.deliveryId);
    expect(textsOf(trace)).toEqual([
      'Added to the campaign',
      'Part 1 of 2 could not be sent through Ana: WhatsApp asked the sender to slow down',
      'Part 1 of 2 was sent through Bea',
      'Part 2 of 2 was sent through Bea',
      'Part 1 of 2 was delivered',
      'Part 1 of 2 was read',
      'Part 2 of 2 was delivered',
    ]);
    expect(trace.summary).toBe('Sent through Bea and delivered.');
    expect(trace.steps[1]).toMatchObject({
      step: 'came_back',
      part: 0,
      code: 'rate_limited',
      senderId: ana.senderId,
      senderName: 'Ana',
    });
    expect(trace.steps.map((step) => step.at)).toEqual(trace.steps.map((step) => step.at).toSorted());
  });

  it('is found by the contact as well, and only in its own tenant and campaign', async () => {
    await world.named('Ana');
    const one = await world.campaign();
    const other = await world.campaign();
    const deliveryId = one.recipients[0]?.deliveryId ?? '';
    const contactId = String((await world.recipient(deliveryId))['contact_id']);
    expect((await traceOf(one.id, contactId)).id).toBe(deliveryId);
    await expect(traceOf(other.id, contactId)).rejects.toMatchObject({ code: 'recipient_not_found' });
    await expect(world.reports.trace(await db.createTenant(), one.id, deliveryId)).rejects.toMatchObject({
      code: 'campaign_not_found',
    });
  });

  it('describes a refused message in words', async () => {
    const ana = await world.named('Ana');
    ana.answer({ kind: 'rejected', code: 'not_on_whatsapp', permanent: true });
    const { id, recipients } = await world.campaign();
    await world.drive(world.worker(), recipients[0]!);
    const trace = await traceOf(id, recipients[0]!.deliveryId);
    expect(textsOf(trace)).toEqual([
      'Added to the campaign',
      'The message was refused when sent through Ana: the number has no WhatsApp account',
    ]);
    expect(trace.summary).toBe('Failed: the number has no WhatsApp account.');
  });

  it('tells of a silence that a late receipt explained', async () => {
    const ana = await world.named('Ana', { hasIdempotentIds: false });
    ana.answer({ kind: 'unknown', code: 'timeout' });
    const { id, recipients } = await world.campaign();
    await world.drive(world.worker(), recipients[0]!);
    const unknown = await traceOf(id, recipients[0]!.deliveryId);
    expect(unknown.summary).toContain('delivery was not confirmed');
    const at = new Date(Date.now() + 1_000).toISOString();
    const waMessageId = ana.handed[0]?.waMessageId ?? '';
    await world.receipts.apply(world.tenantId, ana.senderId, [{ waMessageId, status: 'delivered', at }]);
    const trace = await traceOf(id, recipients[0]!.deliveryId);
    expect(textsOf(trace)).toEqual([
      'Added to the campaign',
      'The message was handed over through Ana, but delivery was not confirmed: no answer came in time',
      'The message was sent through Ana',
      'The message was delivered',
    ]);
    expect(trace.summary).toBe('Sent through Ana and delivered.');
  });

  it('tells of a silence after which it is sent again, at the risk of a second copy', async () => {
    const ana = await world.named('Ana', { hasIdempotentIds: false });
    ana.answer({ kind: 'unknown', code: 'timeout' });
    const { id, recipients } = await world.campaign({ onUnknown: 'resend' });
    await world.drive(world.worker(), recipients[0]!);
    const trace = await traceOf(id, recipients[0]!.deliveryId);
    expect(textsOf(trace).at(-1)).toMatch(
      /^The message was handed over through Ana, but delivery was not confirmed: no answer came in time; it is sent again after 20.* unless a receipt comes before, and may arrive twice$/,
    );
    expect(trace.summary).toMatch(/^It may have arrived already: it is sent again after 20/);
  });

  it('tells of a silence after which it is sent again where that cannot arrive twice', async () => {
    const ana = await world.named('Ana');
    ana.answer({ kind: 'unknown', code: 'timeout' });
    const { id, recipients } = await world.campaign();
    await world.drive(world.worker(), recipients[0]!, 0);
    expect(textsOf(await traceOf(id, recipients[0]!.deliveryId)).at(-1)).toBe(
      'The hand-over of the message through Ana was not answered; it goes out again in a way that cannot arrive twice',
    );
  });

  it('tells an error the network reported after it had taken the message', async () => {
    const ana = await world.named('Ana');
    const { id, recipients } = await world.campaign();
    await world.drive(world.worker(), recipients[0]!);
    const waMessageId = ana.handed[0]?.waMessageId ?? '';
    const at = new Date(Date.now() + 1_000).toISOString();
    await world.receipts.apply(world.tenantId, ana.senderId, [
      { waMessageId, status: 'failed', at, code: 'undeliverable' },
    ]);
    expect(textsOf(await traceOf(id, recipients[0]!.deliveryId)).slice(1)).toEqual([
      'The message was sent through Ana',
      'The message failed after all: WhatsApp reported that it could not be delivered',
    ]);
  });

  it('keeps what went before a retry, and tells a second failure after it', async () => {
    const ana = await world.named('Ana');
    const { id, recipients } = await world.campaign();
    const failedLater = async (): Promise<void> => {
      const receipt = { status: 'failed', at: new Date().toISOString(), code: 'undeliverable' } as const;
      const waMessageId = ana.handed.at(-1)?.waMessageId ?? '';
      await world.receipts.apply(world.tenantId, ana.senderId, [{ waMessageId, ...receipt }]);
    };
    const again = async (): Promise<void> => {
      await retryFailed(db.database.manager, id, {});
      await claimPending(db.database.manager, { id, purpose: 'marketing', partCounts: [1] }, 1);
      await world.drive(world.worker(), recipients[0]!);
    };
    await world.drive(world.worker(), recipients[0]!);
    await failedLater();
    await again();
    await failedLater();
    const twice = textsOf(await traceOf(id, recipients[0]!.deliveryId)).slice(1);
    expect(twice).toEqual([
      'The message was sent through Ana and failed after all: WhatsApp reported that it could not be delivered',
      'Queued for sending again',
      'The message was sent through Ana',
      'The message failed after all: WhatsApp reported that it could not be delivered',
    ]);
    ana.answer({ kind: 'rejected', code: 'blocked_by_recipient', permanent: true }, accept);
    await again();
    await again();
    await failedLater();
    expect(textsOf(await traceOf(id, recipients[0]!.deliveryId)).slice(3)).toEqual([
      'The message was refused when sent through Ana: the recipient has blocked the sender',
      'Queued for sending again',
      'The message was sent through Ana',
      'The message failed after all: WhatsApp reported that it could not be delivered',
    ]);
  });

  it('of a contact merged from two recipients is that of the one who was written to', async () => {
    await world.named('Ana');
    const { id, recipients, phones } = await world.campaign({ recipients: 2 });
    await world.drive(world.worker(), recipients[1]!);
    const [from, to] = await Promise.all(
      recipients.map(async ({ deliveryId }, index) => ({
        id: String((await world.recipient(deliveryId))['contact_id']),
        address: phones[index]!,
        line: phones[index]!,
      })),
    );
    const sentAt = (await world.recipient(recipients[1]!.deliveryId))['updated_at'];
    await db.database.transaction((tx) => new DeliveryPersonRecords().move(tx, world.tenantId, from!, to!));
    expect(await traceOf(id, to!.id)).toMatchObject({ id: recipients[1]!.deliveryId, state: 'sent' });
    expect((await world.recipient(recipients[1]!.deliveryId))['updated_at']).toEqual(sentAt);
    expect(await traceOf(id, recipients[0]!.deliveryId)).toMatchObject({
      state: 'skipped',
      code: 'duplicate',
    });
  });

  it('still says when it happened after the contact was erased, and that it was', async () => {
    const { id, recipients, phones } = await world.campaign();
    const { deliveryId } = recipients[0]!;
    await world.sql(
      `UPDATE deliveries SET state = 'skipped', code = 'frequency_cap', updated_at = '2026-03-01T10:00:00Z'
       WHERE id = $1`,
      [deliveryId],
    );
    const contactId = String((await world.recipient(deliveryId))['contact_id']);
    const person = { id: contactId, lines: [phones[0]!] };
    await db.database.transaction(async (tx) => {
      await new DeliveryPersonRecords().erase(tx, world.tenantId, person);
      await tx.query('DELETE FROM contacts WHERE id = $1', [contactId]);
    });
    expect((await traceOf(id, deliveryId)).summary).toBe(
      'Skipped at 2026-03-01 10:00 (UTC): the contact has had as many messages as the frequency limit allows. The contact was erased since.',
    );
  });

  it('believes no wait that is over, and none at all while no process sends', async () => {
    const { id, recipients } = await world.campaign();
    const { deliveryId } = recipients[0]!;
    const summary = async () => (await traceOf(id, deliveryId)).summary;
    await world.sql(
      `UPDATE deliveries SET wait_reason = 'quota_used_up', wait_since = now(), wait_until = '2030-01-01T09:00:00Z'
       WHERE id = $1`,
      [deliveryId],
    );
    expect(await summary()).toContain('used up their quota. Until 2030-01-01 09:00 (UTC).');
    world.isWorkerAlive = false;
    expect(await summary()).toBe(
      'It waits for its turn. No process that sends is running; it goes on by itself once one is started.',
    );
    world.isWorkerAlive = true;
    await world.sql(`UPDATE deliveries SET wait_until = '2020-01-01T09:00:00Z' WHERE id = $1`, [deliveryId]);
    expect(await summary()).toBe('It waits for its turn with a sender.');
  });

  it('says since when and for what a recipient waited, and writes a lasting wait once', async () => {
    const ana = await world.named('Ana');
    await world.sql(
      `UPDATE sender_slots SET day_started_at = now(), day_used = quota_per_day WHERE sender_id = $1`,
      [ana.senderId],
    );
    const { id, recipients } = await world.campaign();
    const { deliveryId } = recipients[0]!;
    await world.drive(world.worker(), recipients[0]!);
    const waiting = await world.recipient(deliveryId);
    expect(waiting).toMatchObject({ wait_reason: 'quota_used_up', state: 'queued' });
    const trace = await traceOf(id, deliveryId);
    expect(trace.summary).toMatch(
      /^It waits for its turn\. All senders that can send have used up their quota\. Until \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)\.$/,
    );
    expect(trace.steps.at(-1)?.text).toMatch(/^Waits for its turn, probably until .* \(UTC\) \(all senders /);

    await world.drive(world.worker(), recipients[0]!);
    expect(await world.recipient(deliveryId)).toEqual(waiting);

    await world.sql('UPDATE sender_slots SET day_used = 0, next_available_at = now() WHERE sender_id = $1', [
      ana.senderId,
    ]);
    await world.drive(world.worker(), recipients[0]!);
    expect(textsOf(await traceOf(id, deliveryId))).toEqual([
      'Added to the campaign',
      expect.stringMatching(
        /^Waited for its turn until .* \(all senders that can send have used up their quota/,
      ),
      'The message was sent through Ana',
    ]);
  });

  it('writes nothing for the wait of those who are served at once', async () => {
    await world.named('Ana');
    const { recipients } = await world.campaign({ recipients: 3 });
    for (const payload of recipients) await world.drive(world.worker(), payload);
    for (const { deliveryId } of recipients) {
      expect(await world.recipient(deliveryId)).toMatchObject({ wait_reason: null, state: 'sent' });
      expect(await world.messages(deliveryId)).toMatchObject([{ attempts: [] }]);
    }
  });

  it('says who opted out and when, and shows replies', async () => {
    const ana = await world.named('Ana');
    const { id, recipients, phones } = await world.campaign({ recipients: 2 });
    const [first, second] = recipients;
    await world.drive(world.worker(), first!);
    const said = (text: string, from: string | undefined) => ({
      waMessageId: newId(),
      from: from ?? '',
      text,
      at: new Date().toISOString(),
    });
    await receive(world.inbound, world.tenantId, ana.senderId, [
      said('Thank you', phones[0]),
      said('stop', phones[1]),
    ]);
    await world.drive(world.worker(), second!);
    expect(textsOf(await traceOf(id, first!.deliveryId)).at(-1)).toBe('Replied');
    const skipped = await traceOf(id, second!.deliveryId);
    expect(skipped).toMatchObject({ state: 'skipped', code: 'opted_out' });
    expect(textsOf(skipped).slice(-2)).toEqual([
      'The contact opted out',
      expect.stringMatching(/^Skipped because the contact opted out at \d{4}-\d\d-\d\d \d\d:\d\d \(UTC\)$/),
    ]);
  });

  it('writes times on the wall clock of the tenant', async () => {
    await saveSettings(world.database.manager, world.tenantId, { timeZone: 'Asia/Kathmandu' });
    const { id, recipients, phones } = await world.campaign();
    const createdAt = new Date('2026-03-02T10:00:00Z');
    await insertSuppressions(world.database.manager, world.tenantId, phones.slice(0, 1), { createdAt });
    await world.named('Ana');
    await world.drive(world.worker(), recipients[0]!);
    expect(textsOf(await traceOf(id, recipients[0]!.deliveryId)).at(-1)).toBe(
      'Skipped because the number is on the suppression list since 2026-03-02 15:45 (Asia/Kathmandu)',
    );
  });
});

describe('the trace of a recipient nothing was sent to yet', () => {
  it('says what the recipient waits for and how many come first', async () => {
    await world.named('Ana');
    const { id, recipients } = await world.campaign({ recipients: 3 });
    await world.sql(`UPDATE deliveries SET state = 'pending' WHERE campaign_id = $1`, [id]);
    const summary = async (index: number) => (await traceOf(id, recipients[index]!.deliveryId)).summary;
    expect(await summary(0)).toBe('Not sent yet. It is the next one.');
    expect(await summary(2)).toBe('Not sent yet. 2 others come before it.');
    await world.sql(`UPDATE campaigns SET status = 'paused' WHERE id = $1`, [id]);
    expect(await summary(2)).toBe('Not sent yet. The campaign is paused. 2 others come before it.');
    await world.sql(`UPDATE campaigns SET status = 'draft' WHERE id = $1`, [id]);
    expect(await summary(1)).toBe('Not sent yet. The campaign has not been started.');
  });

  it('says that it is night where the recipient is, though the campaign sends elsewhere', async () => {
    await world.named('Ana');
    const { id, recipients } = await world.campaign();
    const day = (new Date().getUTCDay() + 3) % 7 || 7;
    await world.sql(`UPDATE campaigns SET send_window = $2 WHERE id = $1`, [
      id,
      JSON.stringify({ timeZone: 'recipient', days: [{ day, from: '09:00', to: '10:00' }] }),
    ]);
    await world.sql(`UPDATE deliveries SET state = 'pending' WHERE campaign_id = $1`, [id]);
    expect((await traceOf(id, recipients[0]!.deliveryId)).summary).toMatch(
      /^Not sent yet\. It is outside the hours in which this recipient may be written to\. Until .* 12:00 \(UTC\)\./,
    );
  });

  it('knows when the feeder took the recipient', async () => {
    await world.named('Ana');
    const { id, recipients } = await world.campaign();
    await world.sql(`UPDATE deliveries SET state = 'pending' WHERE campaign_id = $1`, [id]);
    await claimPending(world.database.manager, { id, purpose: 'marketing', partCounts: [1] }, 10);
    const trace = await traceOf(id, recipients[0]!.deliveryId);
    expect(textsOf(trace)).toEqual(['Added to the campaign', 'Queued for sending']);
    expect(trace.summary).toBe('It waits for its turn with a sender.');
  });

  it('tells of a worker that died during the hand-over, and of the second attempt', async () => {
    const ana = await world.named('Ana');
    const { id, recipients } = await world.campaign();
    const { deliveryId } = recipients[0]!;
    const { delivery } = world;
    const worker = world.worker({
      delivery: {
        load: delivery.load.bind(delivery),
        claim: delivery.claim.bind(delivery),
        end: delivery.end.bind(delivery),
        putBack: delivery.putBack.bind(delivery),
        rest: delivery.rest.bind(delivery),
        noteWait: delivery.noteWait.bind(delivery),
        record: () => new Promise(() => undefined),
      },
    });
    const handed = new Promise<void>((resolve) => {
      ana.answer((message) => {
        resolve();
        return accept(message);
      }, accept);
    });
    void worker.handleSend(recipients[0]!, { signal: new AbortController().signal });
    await handed;
    expect((await traceOf(id, deliveryId)).summary).toBe('Being sent just now through Ana.');
    await world.reconcile({ sendingMs: 0 }).run();
    await world.drive(world.worker(), recipients[0]!);
    expect(textsOf(await traceOf(id, deliveryId)).slice(1)).toEqual([
      'The hand-over of the message through Ana was cut off; it goes out again in a way that cannot arrive twice',
      'The message was sent through Ana',
    ]);
  });
});
