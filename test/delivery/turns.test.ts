import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { JobOutcome } from '../../src/queue/job.js';
import { SessionTurns } from '../../src/worker/message-worker/session-turns.js';
import type { Sleep } from '../../src/worker/message-worker/sleep.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { insertConversation } from '../support/rows.js';
import { waitFor } from '../support/wait-for.js';
import type { ScriptedSession } from './scripted-session.js';
import { jobOf, World } from './world.js';

const { signal: running } = new AbortController();

/** Work that begins when its turn comes, and ends when the test says so. */
function typist(log: string[]) {
  const ends = new Map<string, () => void>();
  return {
    ends,
    type: (name: string) => () => {
      log.push(name);
      return new Promise<void>((resolve) => ends.set(name, resolve));
    },
  };
}

describe('the turns of a session', () => {
  it('are for one at a time, answers first, the others as they came; another session has its own', async () => {
    const turns = new SessionTurns();
    const begun: string[] = [];
    const { ends, type } = typist(begun);
    const take = (name: string, isAnswer: boolean, senderId = 'one') =>
      turns.take(senderId, { isAnswer, signal: running }, type(name));
    const all = [
      take('first', false),
      take('second', false),
      take('answer', true),
      take('third', false),
      take('elsewhere', false, 'two'),
    ];
    for (const name of ['elsewhere', 'first', 'answer', 'second', 'third']) {
      (await waitFor(() => ends.get(name)))();
    }
    await Promise.all(all);
    expect(begun).toEqual(['first', 'elsewhere', 'answer', 'second', 'third']);
    const after = take('after', false);
    (await waitFor(() => ends.get('after')))();
    await after;
  });

  it('do not come to whoever was interrupted while waiting, and an error of one is its own', async () => {
    const turns = new SessionTurns();
    const begun: string[] = [];
    const { ends, type } = typist(begun);
    const stopping = new AbortController();
    const first = turns.take('one', { isAnswer: false, signal: running }, type('first'));
    const second = turns.take('one', { isAnswer: true, signal: stopping.signal }, type('second'));
    stopping.abort();
    await second;
    const third = turns.take('one', { isAnswer: false, signal: running }, () =>
      Promise.reject(new Error('no room')),
    );
    const fourth = turns.take('one', { isAnswer: false, signal: running }, type('fourth'));
    ends.get('first')?.();
    await first;
    await expect(third).rejects.toThrow('no room');
    (await waitFor(() => ends.get('fourth')))();
    await fourth;
    expect(begun).toEqual(['first', 'fourth']);
  });
});

describe('an answer at a sender that types', () => {
  let db: TestDatabase;
  let world: World;
  let phone: ScriptedSession;

  beforeAll(async () => {
    db = await createTestDatabase();
  });
  afterAll(() => db.close());
  beforeEach(async () => {
    world = new World(db.database, await db.createTenant());
    phone = await world.sender();
  });

  /** A delivery that was accepted as an answer. */
  async function answer(
    text: string,
    lastInboundAt = new Date(),
  ): Promise<{ tenantId: string; deliveryId: string }> {
    const { recipients } = await world.send({ parts: [text] });
    const job = jobOf(recipients[0]!);
    const { senderId } = phone;
    await world.sql(`UPDATE deliveries SET lane = 'answer', only_sender_id = $2 WHERE id = $1`, [
      job.deliveryId,
      senderId,
    ]);
    const { contact_id } = await world.recipient(job.deliveryId);
    const conversation = { contactId: String(contact_id), senderId, lastInboundAt };
    await insertConversation(db.database.manager, world.tenantId, conversation);
    return job;
  }

  /** A worker whose typing takes until the test lets it end; how many type now. */
  function typingWorker(signal = running) {
    const ends: (() => void)[] = [];
    let comeBy = 0;
    const sleep: Sleep = (ms, stopped) => {
      if (ms <= 0) comeBy += 1;
      if (ms <= 0 || stopped.aborted) return Promise.resolve();
      return new Promise((resolve) => {
        ends.push(resolve);
        stopped.addEventListener('abort', () => resolve());
      });
    };
    const typing = { perCharacterMs: 0, minMs: 1_000, maxMs: 1_000 };
    const worker = world.worker({ typing, sleep });
    const outcomes: Promise<JobOutcome>[] = [];
    return {
      ends,
      outcomes,
      starts: async (job: { tenantId: string; deliveryId: string }): Promise<void> => {
        // Its pace is not what is looked at here.
        await world.sql(
          'UPDATE sender_slots SET next_available_at = now(), held_until = NULL WHERE sender_id = $1',
          [phone.senderId],
        );
        outcomes.push(worker.handleSend(job, { signal }));
        // Each comes by here once more, without a pause, before it asks for its turn.
        await waitFor(() => comeBy === outcomes.length);
      },
    };
  }

  it('types next: between two parts of a campaign, and before a direct message that waits', async () => {
    const campaign = await world.campaign({ parts: ['part one', 'part two'] });
    const direct = await world.send({ parts: ['direct'] });
    const answering = await answer('answer');
    const { ends, outcomes, starts } = typingWorker();
    await starts(jobOf(campaign.recipients[0]!));
    await waitFor(() => ends.length === 1);
    await starts(jobOf(direct.recipients[0]!));
    await starts(answering);
    for (let typed = 1; typed <= 4; typed += 1) {
      await waitFor(() => ends.length === typed);
      expect(phone.handed).toHaveLength(typed - 1);
      ends[typed - 1]?.();
      await waitFor(() => phone.handed.length === typed);
    }
    await Promise.all(outcomes);
    expect(phone.texts[0]).toBe('part one');
    expect(phone.texts[1]).toBe('answer');
    expect(phone.texts.toSorted()).toEqual(['answer', 'direct', 'part one', 'part two']);
  });

  it('goes back when the process stops while it waits for its turn', async () => {
    const campaign = await world.campaign({ parts: ['part one', 'part two'] });
    const answering = await answer('answer');
    const stopping = new AbortController();
    const { ends, outcomes, starts } = typingWorker(stopping.signal);
    await starts(jobOf(campaign.recipients[0]!));
    await waitFor(() => ends.length === 1);
    await starts(answering);
    stopping.abort();
    expect(await Promise.all(outcomes)).toMatchObject([{ kind: 'runAgain' }, { kind: 'runAgain' }]);
    expect(phone.handed).toEqual([]);
    const [row] = await world.sql('SELECT minute_used, answers_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
    expect(row).toEqual({ minute_used: 0, answers_used: 0 });
  });

  it('waits among direct messages when it is none any more, and goes like one of them', async () => {
    const yesterday = new Date(Date.now() - 25 * 60 * 60_000);
    const late = await answer('late', yesterday);
    const worker = world.worker();
    expect(await worker.handleAnswer(late, { signal: running })).toEqual({ kind: 'done' });
    expect(world.enqueued).toEqual([{ job: 'message.send', payload: late, id: `send-${late.deliveryId}-1` }]);
    expect(phone.handed).toEqual([]);
    expect(await worker.handleSend(late, { signal: running })).toEqual({ kind: 'done' });
    expect(phone.texts).toEqual(['late']);
    const [row] = await world.sql('SELECT minute_used, answers_used FROM sender_slots WHERE sender_id = $1', [
      phone.senderId,
    ]);
    expect(row).toEqual({ minute_used: 1, answers_used: 0 });
  });

  it('is loaded and claimed while a batch of others waits for the database', async () => {
    const campaign = await world.campaign();
    const answering = await answer('answer');
    const worker = world.worker();
    const job = jobOf(campaign.recipients[0]!);
    const other = await db.database.transaction(async (tx) => {
      await tx.query('SELECT FROM deliveries WHERE id = $1 FOR UPDATE', [job.deliveryId]);
      const sending = worker.handleSend(job, { signal: running });
      await waitFor(async () => {
        const waits = await world.sql(
          `SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
        );
        return waits.length > 0;
      });
      expect(await worker.handleAnswer(answering, { signal: running })).toEqual({ kind: 'done' });
      expect(phone.texts).toEqual(['answer']);
      return { sending };
    });
    expect(await other.sending).toEqual({ kind: 'done' });
    expect(phone.texts).toEqual(['answer', 'Hello Ana']);
  });
});
