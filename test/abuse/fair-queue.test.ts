import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { FairQueue, type ShareLimits } from '../../src/lib/fair-queue.js';
import { defineRoute, ok } from '../../src/api/route.js';
import type { Database } from '../../src/db/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { errorMessage } from '../../src/lib/errors.js';
import { MediaService, type DiskMediaStore } from '../../src/modules/media/index.js';
import { createTestApi, type TestApi } from '../api/harness.js';
import { waitFor } from '../support/wait-for.js';

/** Work that ends when the test says so. */
class Gate {
  readonly started: string[] = [];
  private readonly open: (() => void)[] = [];

  pass(name: string): Promise<void> {
    this.started.push(name);
    return new Promise((resolve) => {
      this.open.push(resolve);
    });
  }

  async end(count: number): Promise<void> {
    for (const resolve of this.open.splice(0, count)) resolve();
    await settled();
  }
}

/** Whatever can begin without anything else has begun. */
function settled(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}

const LIMITS: ShareLimits = { atOnce: 3, perTenant: 2, waitingPerTenant: 4, waitMs: 60_000 };
const stays = new AbortController().signal;
const sharesOf = (limits: ShareLimits): FairQueue => new FairQueue(limits, () => new Error('too many'));

describe('shares of expensive work', () => {
  const run = (shares: FairQueue, gate: Gate, name: string, signal = stays): Promise<void> =>
    shares.run(name.charAt(0), signal, () => gate.pass(name));

  it('no tenant has more than its own, however many it asks for', async () => {
    const [shares, gate] = [sharesOf(LIMITS), new Gate()];
    const work = ['a1', 'a2', 'a3', 'a4'].map((name) => run(shares, gate, name));
    await settled();
    expect(gate.started).toEqual(['a1', 'a2']);
    work.push(run(shares, gate, 'b1'), run(shares, gate, 'b2'));
    await settled();
    expect(gate.started).toEqual(['a1', 'a2', 'b1']);
    while (gate.started.length < work.length) await gate.end(1);
    await gate.end(3);
    await Promise.all(work);
  });

  it('a free place goes to the tenant that was served longest ago', async () => {
    const [shares, gate] = [sharesOf({ ...LIMITS, atOnce: 1 }), new Gate()];
    const work = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map((name) => run(shares, gate, name));
    await settled();
    for (const _ of work) await gate.end(1);
    await Promise.all(work);
    expect(gate.started).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('who asks for too many is refused; others are not', async () => {
    const [shares, gate] = [sharesOf(LIMITS), new Gate()];
    const work = ['a1', 'a2', 'a3', 'a4', 'a5', 'a6'].map((name) => run(shares, gate, name));
    await expect(run(shares, gate, 'a7')).rejects.toThrow('too many');
    work.push(run(shares, gate, 'b1'));
    await settled();
    expect(gate.started).toContain('b1');
    while (gate.started.length < work.length) await gate.end(1);
    await gate.end(3);
    await Promise.all(work);
  });

  it('who waits in vain is refused, and who leaves gives its turn to the next', async () => {
    const [shares, gate] = [sharesOf({ ...LIMITS, atOnce: 1, waitMs: 5 }), new Gate()];
    const first = run(shares, gate, 'a1');
    await expect(run(shares, gate, 'a2')).rejects.toThrow('too many');
    const leaving = new AbortController();
    const patient = sharesOf({ ...LIMITS, atOnce: 1 });
    const held = run(patient, gate, 'b1');
    const left = run(patient, gate, 'b2', leaving.signal);
    const next = run(patient, gate, 'b3');
    await settled();
    leaving.abort(new Error('left'));
    await expect(left).rejects.toThrow('left');
    await expect(run(patient, gate, 'b4', leaving.signal)).rejects.toThrow('left');
    await gate.end(2);
    await Promise.all([first, held]);
    await gate.end(1);
    await next;
    expect(gate.started).toEqual(['a1', 'b1', 'b3']);
  });

  it('failed work gives its place back', async () => {
    const shares = sharesOf({ ...LIMITS, atOnce: 1 });
    for (let turn = 0; turn < 3; turn += 1) {
      await expect(shares.run('a', stays, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    }
    expect(await shares.run('b', stays, () => Promise.resolve(1))).toBe(1);
  });
});

describe('expensive routes', () => {
  const gate = new Gate();
  const tenants = new Map<string, string>();
  const route = defineRoute({
    method: 'get',
    path: '/api/expensive',
    tag: 'test',
    summary: 'Takes as long as the test wants',
    access: 'authenticated',
    work: 'heavyRead',
    response: { status: 200, description: 'Done' },
    async handler({ principal }) {
      if (tenants.get('busy') === principal.tenantId) await gate.pass('busy');
      return ok({});
    },
  });
  let api: TestApi;
  beforeAll(async () => {
    api = await createTestApi({ routes: [route] });
  });
  afterAll(() => api.close());

  it('answer a tenant that asks for too much with 429 and Retry-After, and all others at once', async () => {
    const busy = await api.createUser('owner', await api.db.createTenant());
    const other = await api.createUser('owner', await api.db.createTenant());
    const [busyToken, otherToken] = [await api.token(busy), await api.token(other)];
    const me = await api.request.get('/api/me').set('authorization', `Bearer ${busyToken}`);
    tenants.set('busy', me.body.data.tenantId);
    const ask = (token: string) => api.request.get('/api/expensive').set('authorization', `Bearer ${token}`);
    const answers: { status: number; retryAfter: string | undefined }[] = [];
    const asked = Array.from({ length: 60 }, async () => {
      const { status, headers } = await ask(busyToken);
      answers.push({ status, retryAfter: headers['retry-after'] });
    });
    await waitFor(() => answers.length === 8, { what: 'the refusals' });
    expect(answers.every(({ status, retryAfter }) => status === 429 && Number(retryAfter) >= 1)).toBe(true);
    expect(gate.started).toHaveLength(2);
    expect((await ask(otherToken)).status).toBe(200);
    await waitFor(
      async () => {
        await gate.end(2);
        return answers.length === 60;
      },
      { what: 'all answers' },
    );
    await Promise.all(asked);
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(52);
  });
});

describe('files that are fetched from other servers', () => {
  it('have places for every tenant', async () => {
    const gate = new Gate();
    const fetch = async (url: string) => {
      await gate.pass(url.charAt(0));
      return { ok: false as const, code: 'unavailable' as const, reason: 'the test says so' };
    };
    const unused = new Proxy({}, { get: () => () => Promise.reject(new Error('Nothing is stored.')) });
    const media = new MediaService({
      database: unused as Database,
      store: unused as DiskMediaStore,
      remote: { fetch },
      clock: systemClock,
    });
    const ask = (tenantId: string, files: number) =>
      Array.from({ length: files }, () =>
        media.addFromUrl(tenantId, tenantId).then(() => 'stored', errorMessage),
      );
    const work = [...ask('a', 60), ...ask('b', 1)];
    await settled();
    const begun = (tenantId: string) => gate.started.filter((one) => one === tenantId).length;
    expect([begun('a'), begun('b')]).toEqual([8, 1]);
    work.push(...ask('a', 460));
    while (gate.started.length < 509) await gate.end(8);
    await gate.end(8);
    const outcomes = await Promise.all(work);
    expect(outcomes.filter((outcome) => outcome.includes('Too many files'))).toHaveLength(12);
    expect(outcomes.filter((outcome) => outcome.includes('the test says so'))).toHaveLength(509);
  });
});
