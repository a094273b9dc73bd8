import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { HeardEvent } from '../../src/modules/inbound/index.js';
import { RecordingQueue, silentLogger } from '../senders/fixture.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { textOf, written } from '../support/inbound.js';
import { waitFor } from '../support/wait-for.js';
import { EventForwarder } from '../../src/worker/session-host/event-forwarder.js';
import { Installation } from './fixture.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const now = new Date('2026-03-01T12:00:00Z');

/** Keeps what it is given, unless it is away. */
class RecordingInbox {
  away = false;
  readonly batches: (readonly HeardEvent[])[] = [];

  async store(heard: readonly HeardEvent[]): Promise<void> {
    if (this.away) throw new Error('the database is away');
    this.batches.push(heard);
  }

  get texts(): string[] {
    return this.batches.flat().map(({ event }) => (event.type === 'message' ? textOf(event) : event.type));
  }
}

describe('what the network reports', () => {
  it('reaches the queue with its sender', async () => {
    const installation = new Installation(test.database);
    try {
      const tenantId = await test.createTenant();
      const host = await installation.host();
      const { id } = await installation.pairedSender(tenantId, host);
      installation.network.write({ to: id, from: '+5511911112222', text: 'hello' });
      const [heard] = await waitFor(() => installation.heard.length > 0 && installation.heard);
      const event = { from: { phone: '+5511911112222' }, content: { text: 'hello' } };
      expect(heard).toMatchObject({ tenantId, senderId: id, event });
    } finally {
      await installation.close();
    }
  });

  it('reaches the queue with the ids of receipts also where PostgreSQL would not store them', async () => {
    const queue = new RecordingQueue();
    const inbox = new RecordingInbox();
    const forwarder = new EventForwarder({ queue, inbox, logger: silentLogger });
    const receipt = { type: 'receipt', waMessageId: 'b\udc00', status: 'failed', code: '\0x', at: now } as const;
    void forwarder.forward('t', 's', receipt);
    await forwarder.drain(5_000);
    expect(queue.jobs.map(({ payload }) => payload)).toMatchObject([
      { receipts: [{ waMessageId: 'b\uFFFD', code: 'x' }] },
    ]);
  });

  it('is not lost and stays in order while queue and database are away', async () => {
    const queue = new RecordingQueue();
    const inbox = new RecordingInbox();
    const forwarder = new EventForwarder({ queue, inbox, logger: silentLogger });
    const expected = Array.from({ length: 1_200 }, (_, index) => `message ${index}`);
    queue.refuse = true;
    inbox.away = true;
    let safe = 0;
    for (const text of expected) {
      void forwarder.forward('t', 's', written(text, text)).then(() => (safe += 1));
      void forwarder.forward('t', 's', { type: 'receipt', waMessageId: text, status: 'read', at: now });
    }
    await forwarder.drain(50);
    expect([queue.jobs, inbox.batches]).toEqual([[], []]);
    expect(safe).toBe(0);
    queue.refuse = false;
    inbox.away = false;
    await forwarder.drain(10_000);
    expect(safe).toBe(expected.length);
    expect(inbox.texts).toEqual(expected);
    expect(queue.jobs.filter(({ name }) => name === 'transport.receipts')).toHaveLength(3);
  });
});
