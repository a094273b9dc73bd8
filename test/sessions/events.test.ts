import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { receiveInbound } from '../../src/modules/inbound/index.js';
import type { PayloadOf } from '../../src/queue/job.js';
import { RecordingQueue, silentLogger } from '../senders/fixture.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { written } from '../support/inbound.js';
import { waitFor } from '../support/wait-for.js';
import { EventForwarder } from '../../src/worker/session-host/event-forwarder.js';
import { Installation } from './fixture.js';

let test: TestDatabase;
beforeAll(async () => {
  test = await createTestDatabase();
});
afterAll(() => test.close());

const now = new Date('2026-03-01T12:00:00Z');

function texts(queue: RecordingQueue): string[] {
  return queue.jobs
    .filter((job) => job.name === 'transport.inbound')
    .flatMap((job) => (job.payload as PayloadOf<typeof receiveInbound>).messages.map(({ text }) => text));
}

describe('what the network reports', () => {
  it('reaches the queue with its sender', async () => {
    const installation = new Installation(test.database);
    try {
      const tenantId = await test.createTenant();
      const host = await installation.host();
      const { id } = await installation.pairedSender(tenantId, host);
      installation.network.write({ to: id, from: '+5511911112222', text: 'hello' });
      const job = await waitFor(() => installation.queue.jobs.find(({ name }) => name === 'transport.inbound'));
      expect(job.payload).toMatchObject({
        tenantId,
        senderId: id,
        messages: [{ from: '+5511911112222', text: 'hello' }],
      });
    } finally {
      await installation.close();
    }
  });

  it('reaches the queue also where PostgreSQL would not store it, with the ids of receipts', async () => {
    const queue = new RecordingQueue();
    const forwarder = new EventForwarder({ queue, logger: silentLogger });
    const message = written('a\0', 'ST\0OP \ud83d');
    void forwarder.forward('t', 's', message);
    const receipt = { type: 'receipt', waMessageId: 'b\udc00', status: 'failed', code: '\0x', at: now } as const;
    void forwarder.forward('t', 's', receipt);
    await forwarder.drain(5_000);
    expect(queue.jobs.map(({ payload }) => payload)).toMatchObject([
      { messages: [{ waMessageId: 'a', text: 'STOP \uFFFD' }] },
      { receipts: [{ waMessageId: 'b\uFFFD', code: 'x' }] },
    ]);
  });

  it('is not lost and stays in order while the queue is away', async () => {
    const queue = new RecordingQueue();
    const forwarder = new EventForwarder({ queue, logger: silentLogger });
    const expected = Array.from({ length: 1_200 }, (_, index) => `message ${index}`);
    queue.refuse = true;
    let safe = 0;
    for (const text of expected) {
      void forwarder.forward('t', 's', written(text, text)).then(() => (safe += 1));
      void forwarder.forward('t', 's', { type: 'receipt', waMessageId: text, status: 'read', at: now });
    }
    await forwarder.drain(50);
    expect(queue.jobs).toEqual([]);
    expect(safe).toBe(0);
    queue.refuse = false;
    await forwarder.drain(10_000);
    expect(safe).toBe(expected.length);
    expect(texts(queue)).toEqual(expected);
    expect(queue.jobs.filter(({ name }) => name === 'transport.receipts')).toHaveLength(3);
  });
});
