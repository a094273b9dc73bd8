import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { backends, queueEnv, type Backend } from './backends.js';
import { completed, connectSenders, logIn, startSimulator } from './campaign.js';
import { startServer, type ServerProcess } from './server.js';

let db: TestDatabase;
let simulator: Awaited<ReturnType<typeof startSimulator>>;
let server: ServerProcess | undefined;

beforeAll(async () => {
  simulator = await startSimulator();
});
afterAll(() => simulator.close());
afterEach(async () => {
  await server?.end('SIGKILL');
  await db.close();
});

/** Everything the queue knows, gone. */
async function loseQueue(backend: Backend): Promise<void> {
  if (backend !== 'redis') return;
  const redis = new Redis(queueEnv(backend, 'by itself')['REDIS_URL'] ?? '');
  await redis.flushdb();
  redis.disconnect();
}

describe('a campaign with a start time', () => {
  it.each(backends)('starts and ends by itself on %s, though its queue is lost before', async (backend) => {
    db = await createTestDatabase();
    server = await startServer({
      DATABASE_URL: db.url,
      SIMULATOR_URL: simulator.url,
      ...queueEnv(backend, 'by itself'),
    });
    const api = await logIn(server.url);
    await connectSenders(api, 1);
    const scheduledAt = new Date(Date.now() + 3_000);
    const contacts = ['+5511961000001', '+5511961000002'];
    const pace = { minDelay: 0, maxDelay: 10, maxPerMinute: 600 };
    const campaign = { name: 'Soon', template: 'Hi', contacts, scheduledAt, ...pace };
    const { id, status } = await api.post<{ id: string; status: string }>('/api/campaigns', campaign);
    expect(status).toBe('scheduled');
    await loseQueue(backend);
    const stats = await completed(api, id, 60_000);
    expect(stats.total).toBe(2);
    const { startedAt } = await api.get<{ startedAt: string }>(`/api/campaigns/${id}`);
    expect(new Date(startedAt).getTime()).toBeGreaterThanOrEqual(scheduledAt.getTime());
  });
});
