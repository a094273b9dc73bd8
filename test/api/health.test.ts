import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { healthRoutes, type Readiness } from '../../src/api/routes/health.js';
import { createTestApi, type TestApi } from './harness.js';

let api: TestApi;
let phase: 'starting' | 'running' | 'draining' = 'running';
let readiness: () => Promise<Readiness>;
let time = Date.parse('2031-05-24T09:30:00Z');
let asked = 0;

const fine = { ready: true, checks: [{ name: 'database', ok: true }] };
const broken = { ready: false, checks: [{ name: 'database', ok: false, detail: 'does not answer' }] };

beforeAll(async () => {
  const routes = healthRoutes({
    readiness: () => {
      asked += 1;
      return readiness();
    },
    senderCounts: async () => ({ connected: 2, paused: 1 }),
    inboundBacklog: async () => ({ waiting: 3, parked: 0, refused: 1 }),
    version: '1.2.3',
    clock: { now: () => new Date(time) },
  });
  api = await createTestApi({ routes, phase: () => phase });
});
afterAll(() => api.close());
beforeEach(() => {
  time += 60_000;
});

describe('health', () => {
  it('is summed up with the fields of every document that describes it', async () => {
    readiness = async () => fine;
    const { body } = await api.request.get('/health').expect(200);
    expect(body).toEqual({
      success: true,
      message: 'Starling is running',
      status: 'healthy',
      timestamp: expect.stringMatching(/Z$/),
      version: '1.2.3',
      uptime: expect.any(Number),
      sessions: 2,
      senders: { connected: 2, paused: 1 },
      inbound: { waiting: 3, parked: 0, refused: 1 },
      checks: fine.checks,
    });
  });

  it('tells which check fails, with 503', async () => {
    readiness = async () => broken;
    const { body } = await api.request.get('/health/ready').expect(503);
    expect(body).toEqual({ status: 'not_ready', checks: broken.checks });
    await api.request.get('/health').expect(503);
    await api.request.get('/health/live').expect(200);
  });

  it('asks the database once a second, however often it is asked itself', async () => {
    readiness = async () => fine;
    asked = 0;
    for (const path of ['/health', '/health/ready']) {
      await Promise.all(Array.from({ length: 20 }, () => api.request.get(path).expect(200)));
    }
    expect(asked).toBe(1);
    readiness = async () => broken;
    time += 999;
    await api.request.get('/health/ready').expect(200);
    time += 1;
    await api.request.get('/health/ready').expect(503);
  });

  it('responds even when a check hangs', async () => {
    readiness = () => new Promise(() => undefined);
    const { body } = await api.request.get('/health/ready').expect(503);
    expect(body.checks[0].detail).toContain('no answer');
  });

  it('is answered while starting and draining', async () => {
    readiness = async () => broken;
    for (phase of ['starting', 'draining'] as const) {
      await api.request.get('/health/live').expect(200);
      await api.request.get('/health/ready').expect(503);
    }
    phase = 'running';
  });
});
