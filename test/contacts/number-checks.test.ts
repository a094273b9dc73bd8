import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import {
  NumberCheckRunner,
  NumberCheckService,
  type CheckingSessions,
} from '../../src/modules/contacts/index.js';
import type { JobOutcome } from '../../src/queue/job.js';
import { ScriptedSession, capabilities as scriptedCapabilities } from '../delivery/scripted-session.js';
import { brazilian } from './import-harness.js';
import { createContactWorld, page, running, type ContactWorld } from './world.js';
import { insertSender, saveSettings } from '../support/rows.js';

let world: ContactWorld;
let checks: NumberCheckService;
let runner: NumberCheckRunner;
let tenantId: string;
/** What this worker hosts. */
let hosted: (ReturnType<CheckingSessions['sessionsOf']>[number] & { tenantId: string })[];
let asked: string[];
const transports = ['simulator'];
const UNREGISTERED = brazilian(7);

beforeAll(async () => {
  world = await createContactWorld();
  checks = new NumberCheckService({ ...world, transports, defaultCountry: 'BR' });
  const sessions = { sessionsOf: (owner: string) => hosted.filter((each) => each.tenantId === owner) };
  runner = new NumberCheckRunner({ ...world, sessions, transports, pace: { perMinute: 20, perDay: 50 } });
});
beforeEach(async () => {
  tenantId = await world.test.createTenant();
  hosted = [];
  asked = [];
  world.jobs.length = 0;
  world.clock.current = new Date('2026-03-02T10:00:00Z');
});
afterAll(() => world.test.close());

const numbers = (count: number, from = 0) =>
  Array.from({ length: count }, (_, index) => brazilian(from + index));
const minutes = (count: number) => {
  world.clock.current = new Date(world.clock.current.getTime() + count * 60_000);
};

async function sender(options: { hosted?: boolean; checkNumber?: (phone: string) => Promise<boolean> } = {}) {
  const senderId = await insertSender(world.database.manager, tenantId, { status: 'connected' });
  if (options.hosted === false) return senderId;
  const session = Object.assign(new ScriptedSession(senderId), {
    checkNumber:
      options.checkNumber ??
      (async (phone: string) => {
        asked.push(phone);
        return phone !== UNREGISTERED;
      }),
  });
  hosted.push({ tenantId, senderId, session, capabilities: scriptedCapabilities });
  return senderId;
}

async function ration(perDay: number): Promise<void> {
  await saveSettings(world.database.manager, tenantId, { numberChecksPerDay: perDay });
}

const step = (runId: string): Promise<JobOutcome> => runner.handleCheck({ tenantId, runId }, running);

/** Lets the job run, with the clock moved to when it wants to, until it is done. */
async function run(runId: string): Promise<void> {
  for (let round = 0; round < 50; round += 1) {
    const outcome = await step(runId);
    if (outcome.kind === 'done') return;
    if (outcome.at > world.clock.current) world.clock.current = outcome.at;
  }
  throw new Error('The check does not end.');
}

describe('a number check', () => {
  it('is done by a worker that hosts a sender, and returns results number by number', async () => {
    await sender();
    const { id, status, counts } = await checks.create(tenantId, { phoneNumbers: numbers(8) });
    expect({ status, counts }).toMatchObject({ status: 'queued', counts: { total: 8, pending: 8 } });
    expect(world.jobs).toEqual([{ name: 'numbers.check', payload: { tenantId, runId: id } }]);
    await run(id);
    expect(await checks.get(tenantId, id)).toMatchObject({
      status: 'completed',
      counts: { total: 8, cached: 0, pending: 0, onWhatsApp: 7, notOnWhatsApp: 1, unchecked: 0 },
    });
    const first = await checks.results(tenantId, id, { limit: 7 });
    expect(first.items.every(({ onWhatsApp }) => onWhatsApp)).toBe(true);
    const second = await checks.results(tenantId, id, { limit: 7, cursor: first.nextCursor ?? '' });
    expect(second.items).toMatchObject([{ phone: UNREGISTERED, onWhatsApp: false, cached: false }]);
    expect(second.nextCursor).toBeNull();
  });

  it('asks no sender about what was found out within 30 days', async () => {
    await sender();
    await run((await checks.create(tenantId, { phoneNumbers: numbers(3) })).id);
    minutes(29 * 24 * 60);
    const again = await checks.create(tenantId, { phoneNumbers: numbers(3) });
    expect(again).toMatchObject({ status: 'completed', counts: { total: 3, cached: 3, onWhatsApp: 3 } });
    minutes(2 * 24 * 60);
    const late = await checks.create(tenantId, { phoneNumbers: numbers(4) });
    expect(late).toMatchObject({ status: 'queued', counts: { cached: 0, pending: 4 } });
    expect(asked).toHaveLength(3);
  });

  it('asks no sender about what was found out while it waited', async () => {
    await sender();
    const first = await checks.create(tenantId, { phoneNumbers: numbers(3) });
    const second = await checks.create(tenantId, { phoneNumbers: numbers(4) });
    await run(first.id);
    await run(second.id);
    expect(asked).toHaveLength(4);
    expect(await checks.get(tenantId, second.id)).toMatchObject({
      status: 'completed',
      counts: { total: 4, cached: 3, onWhatsApp: 4 },
    });
  });

  it('records nothing about a contact who was erased while the check was running', async () => {
    const { id } = await world.contacts.create(tenantId, { phoneNumber: UNREGISTERED });
    await sender({
      checkNumber: async () => {
        await world.people.erase(tenantId, id);
        return true;
      },
    });
    const check = await checks.create(tenantId, { contactIds: [id] });
    await run(check.id);
    const found = await world.database.manager.query('SELECT 1 FROM number_checks WHERE tenant_id = $1', [
      tenantId,
    ]);
    expect(found).toEqual([]);
    expect(await checks.get(tenantId, check.id)).toMatchObject({ status: 'completed', counts: { total: 0 } });
  });

  it('shows with the contact', async () => {
    await sender();
    const { id } = await world.contacts.create(tenantId, { phoneNumber: UNREGISTERED });
    expect((await world.contacts.get(tenantId, id)).onWhatsApp).toBeNull();
    await run((await checks.create(tenantId, { contactIds: [id] })).id);
    expect((await world.contacts.get(tenantId, id)).onWhatsApp).toBe(false);
  });

  it('takes a whole list', async () => {
    await sender();
    const list = await world.lists.create(tenantId, { name: 'All' });
    const ids = await world.many(tenantId, 5);
    await world.lists.addMembers(tenantId, list.id, ids);
    expect(await checks.create(tenantId, { listId: list.id })).toMatchObject({ counts: { pending: 5 } });
  });

  it('never lets a sender ask more than 20 times a minute and its share of a day', async () => {
    const senderId = await sender();
    const { id } = await checks.create(tenantId, { phoneNumbers: numbers(60) });
    await step(id);
    expect(asked).toHaveLength(20);
    const rest = await step(id);
    expect(rest).toMatchObject({ kind: 'runAgain', at: new Date('2026-03-02T10:01:00.001Z') });
    await run(id);
    const rows: { at: Date }[] = await world.database.manager.query(
      'SELECT checked_at AS at FROM number_check_items WHERE sender_id = $1 ORDER BY checked_at',
      [senderId],
    );
    const times = rows.map(({ at }) => at.getTime());
    expect(times).toHaveLength(60);
    for (const [index, at] of times.entries()) {
      expect(times.slice(index).filter((other) => other < at + 60_000).length).toBeLessThanOrEqual(20);
      expect(times.slice(index).filter((other) => other < at + 86_400_000).length).toBeLessThanOrEqual(50);
    }
  });

  it('is divided among the senders of the worker', async () => {
    await sender();
    await sender();
    const { id } = await checks.create(tenantId, { phoneNumbers: numbers(40) });
    await step(id);
    await step(id);
    expect(asked).toHaveLength(40);
  });
});

describe('the ration of a tenant', () => {
  it('refuses what the day does not allow any more, and says when it will', async () => {
    await ration(5);
    await sender();
    await run((await checks.create(tenantId, { phoneNumbers: numbers(4) })).id);
    minutes(60);
    await expect(checks.create(tenantId, { phoneNumbers: numbers(3, 100) })).rejects.toMatchObject({
      kind: 'too_many',
      code: 'number_check_ration',
      retryAfterSeconds: 23 * 3_600,
      message: expect.stringContaining('2026-03-03T10:00:00.000Z'),
    });
    await expect(checks.create(tenantId, { phoneNumbers: numbers(6, 100) })).rejects.toMatchObject({
      kind: 'not_possible',
    });
    expect(await checks.create(tenantId, { phoneNumbers: numbers(4) })).toMatchObject({
      status: 'completed',
    });
    expect(await checks.create(tenantId, { phoneNumbers: numbers(1, 100) })).toMatchObject({
      status: 'queued',
    });
    minutes(23 * 60 + 1);
    await checks.create(tenantId, { phoneNumbers: numbers(3, 200) });
  });

  it('is kept by requests that come at once', async () => {
    await ration(5);
    await sender();
    const outcomes = await Promise.allSettled(
      [0, 1, 2, 3].map((index) => checks.create(tenantId, { phoneNumbers: numbers(2, index * 10) })),
    );
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(2);
  });

  it('can be used up, with the rest left unchecked', async () => {
    await ration(5);
    await sender();
    const { id } = await checks.create(tenantId, { phoneNumbers: numbers(7), partial: true });
    await run(id);
    expect(await checks.get(tenantId, id)).toMatchObject({
      status: 'completed',
      counts: { total: 7, onWhatsApp: 5, unchecked: 2 },
    });
  });
});

describe('a check without a sender', () => {
  it('is refused when none is connected', async () => {
    await expect(checks.create(tenantId, { phoneNumbers: numbers(1) })).rejects.toMatchObject({
      kind: 'not_possible',
      code: 'no_sender_can_check',
    });
  });

  it('waits for another worker that hosts one, and ends when there is none for ten minutes', async () => {
    const senderId = await sender({ hosted: false });
    const { id } = await checks.create(tenantId, { phoneNumbers: numbers(2) });
    expect(await step(id)).toMatchObject({ kind: 'runAgain' });
    await world.database.manager.query(`UPDATE senders SET status = 'disconnected' WHERE id = $1`, [
      senderId,
    ]);
    minutes(60);
    expect(await step(id)).toMatchObject({ kind: 'runAgain' });
    minutes(11);
    expect(await step(id)).toEqual({ kind: 'done' });
    expect(await checks.get(tenantId, id)).toMatchObject({
      status: 'failed',
      error: expect.stringContaining('ten minutes'),
      counts: { pending: 0, unchecked: 2 },
    });
    await checks.resumeUnfinished();
    expect(world.jobs.filter(({ payload }) => 'runId' in payload && payload.runId === id)).toHaveLength(1);
  });

  it('keeps what was answered when the sender fails, and asks the rest later', async () => {
    let calls = 0;
    await sender({
      checkNumber: async () => {
        calls += 1;
        if (calls === 3) throw new Error('the connection was lost');
        return true;
      },
    });
    const { id } = await checks.create(tenantId, { phoneNumbers: numbers(4) });
    const outcome = await step(id);
    expect(outcome).toEqual({ kind: 'runAgain', at: new Date('2026-03-02T10:00:05Z') });
    expect((await checks.get(tenantId, id)).counts).toMatchObject({ pending: 2, onWhatsApp: 2 });
    await run(id);
    expect((await checks.get(tenantId, id)).counts).toMatchObject({ onWhatsApp: 4 });
  });
});

it('a check that cannot be right, or of another tenant, is refused', async () => {
  await sender();
  const stranger = await world.test.createTenant();
  const [foreign = ''] = await world.many(stranger, 1);
  const foreignList = await world.lists.create(stranger, { name: 'x' });
  const empty = await world.lists.create(tenantId, { name: 'Empty' });
  const cases = [
    [{}, 'phoneNumbers'],
    [{ phoneNumbers: numbers(1), listId: empty.id }, 'listId'],
    [{ phoneNumbers: [brazilian(1), 'x'] }, 'phoneNumbers[1]'],
    [{ contactIds: [foreign] }, 'contactIds'],
    [{ listId: foreignList.id }, 'listId'],
    [{ listId: empty.id }, 'listId'],
  ] as const;
  for (const [input, path] of cases) {
    const given = { ...input } as Parameters<typeof checks.create>[1];
    await expect(checks.create(tenantId, given)).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path }],
    });
  }
  const { id } = await checks.create(tenantId, { phoneNumbers: numbers(1) });
  const notFound = { kind: 'not_found' };
  await expect(checks.get(stranger, id)).rejects.toMatchObject(notFound);
  await expect(checks.results(stranger, id, page)).rejects.toMatchObject(notFound);
});
