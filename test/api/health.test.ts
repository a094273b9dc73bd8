import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { healthRoutes, type Readiness } from '../../src/api/routes/health.js';
import { systemClock } from '../../src/lib/clock.js';
import { createTestApi, type TestApi } from './harness.js';

let api: TestApi;
let phase: 'starting' | 'running' | 'draining' = 'running';
let readiness: () => Promise<Readiness>;

const fine = { ready: true, checks: [{ name: 'database', ok: true }] };
const broken = { ready: false, checks: [{ name: 'database', ok: false, detail: 'does not answer' }] };

beforeAll(async () => {
  const routes = healthRoutes({
    readiness: () => readiness(),
    senderCounts: async () => ({ connected: 2, paused: 1 }),
    version: '1.2.3',
    clock: systemClock,
  });
  api = await createTestApi({ routes, phase: () => phase });
});
afterAll(() => api.close());

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
