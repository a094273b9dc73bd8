import { describe, expect, it } from '@jest/globals';
import { OptionError, readOptions } from '../../chaos/options.js';
import { planAnswers } from '../../chaos/answers.js';
import { messagesOf, planDirect } from '../../chaos/direct.js';
import { planFaults } from '../../chaos/plan.js';

const kinds = (backend: 'redis' | 'postgres', seed = 3) =>
  planFaults({ seed, kills: 10, backend, restore: false }).map(({ fault }) => fault.kind);

describe('the plan of a chaos run', () => {
  it('is the same for the same seed, and another one for another seed', () => {
    const plan = (seed: number) => planFaults({ seed, kills: 10, backend: 'redis', restore: true });
    expect(plan(7)).toEqual(plan(7));
    expect(plan(7)).not.toEqual(plan(8));
  });

  it('restarts PostgreSQL once and Redis once, and flushes it once', () => {
    const faults = kinds('redis');
    const count = (kind: string): number => faults.filter((one) => one === kind).length;
    expect([count('kill'), count('postgres'), count('redis'), count('flush')]).toEqual([10, 1, 1, 1]);
  });

  it('lets PostgreSQL go twice where the queue lives there, once in order and once not', () => {
    const faults = planFaults({ seed: 3, kills: 0, backend: 'postgres', restore: false }).map(
      ({ fault }) => fault,
    );
    const manners = faults.map((fault) => fault.kind === 'postgres' && fault.manner);
    expect(manners).toHaveLength(2);
    expect(new Set(manners)).toEqual(new Set(['restart', 'crash']));
  });

  it('kills every worker, and none after the last moment it is given', () => {
    const plan = planFaults({ seed: 5, kills: 2, backend: 'postgres', restore: true }, 0.4);
    const killed = plan.flatMap(({ fault }) => (fault.kind === 'kill' ? [fault.worker] : []));
    expect(new Set(killed)).toEqual(new Set([0, 1]));
    expect(plan.every(({ at }) => at > 0 && at <= 0.4)).toBe(true);
    expect(plan.every(({ at }, index) => at >= (plan[index - 1]?.at ?? 0))).toBe(true);
  });
});

describe('the restore of a chaos run', () => {
  const plan = (seed: number, last?: number) =>
    planFaults({ seed, kills: 10, backend: 'redis', restore: true }, last);
  const momentOf = (kind: string, seed: number, last?: number) =>
    plan(seed, last).find(({ fault }) => fault.kind === kind)?.at ?? Infinity;

  it('is of a backup of some time before, both while the campaign is under way', () => {
    const seeds = [1, 2, 3, 4, 5, 6, 7, 8];
    const ages = seeds.map((seed) => momentOf('restore', seed) - momentOf('backup', seed));
    expect(Math.min(...ages)).toBeGreaterThan(0.05);
    expect(seeds.every((seed) => momentOf('restore', seed, 0.5) < 0.5)).toBe(true);
  });

  it('comes with the faults that the seed has without it', () => {
    const without = planFaults({ seed: 7, kills: 10, backend: 'redis', restore: false });
    const others = plan(7).filter(({ fault }) => fault.kind !== 'backup' && fault.kind !== 'restore');
    expect(others).toEqual(without);
  });

  it('is of a time in which nothing new was asked for in some runs, and not in others', () => {
    const quiet = Array.from({ length: 20 }, (_, seed) =>
      plan(seed).flatMap(({ fault }) => (fault.kind === 'backup' ? [fault.quiet] : [])),
    );
    expect(new Set(quiet.flat())).toEqual(new Set([true, false]));
  });
});

describe('what a chaos run sends beside its campaign', () => {
  const plan = (direct: number, last?: number) => planDirect({ seed: 3, direct, recipients: 50 }, last);

  it('is of every kind, to so many people in all, nobody twice in one request', () => {
    const planned = plan(60);
    expect(planned).toEqual(plan(60));
    const requests = planned.map(({ request }) => request);
    expect(new Set(requests.map(({ kind }) => kind))).toEqual(new Set(['single', 'bulk', 'test']));
    const people = requests.map((request) => {
      if (request.kind === 'test') return request.phones;
      return request.kind === 'single' ? [request.addressee.to] : request.addressees.map(({ to }) => to);
    });
    expect(people.flat()).toHaveLength(60);
    expect(people.filter((phones) => new Set(phones).size < phones.length)).toEqual([]);
    const messages = requests.reduce((sum, request) => sum + messagesOf(request), 0);
    // A test has the two parts of the campaign.
    expect(messages).toBe(60 + requests.flatMap((one) => (one.kind === 'test' ? one.phones : [])).length);
  });

  it('begins and ends while the campaign is under way', () => {
    const moments = plan(60, 0.4).map(({ at }) => at);
    expect(Math.min(...moments)).toBeGreaterThan(0);
    expect(Math.max(...moments)).toBeLessThan(0.4);
    expect(plan(0)).toEqual([]);
  });
});

describe('who writes in a chaos run, and is answered', () => {
  const plan = planAnswers({ answers: 30, recipients: 50, senders: 12 }, 0.4);

  it('is a person of their own each, at every sender, while the campaign is under way', () => {
    expect(new Set(plan.map(({ from }) => from)).size).toBe(30);
    expect(new Set(plan.map(({ sender }) => sender)).size).toBe(12);
    const moments = plan.map(({ at }) => at);
    expect(moments).toEqual(moments.toSorted((one, other) => one - other));
    expect(moments.every((at) => at > 0 && at < 0.4)).toBe(true);
  });
});

describe('the command line of a chaos run', () => {
  it('has the full proof as its default', () => {
    expect(readOptions([])).toMatchObject({
      recipients: 10_000,
      direct: 500,
      answers: 200,
      senders: 20,
      kills: 10,
      backend: 'redis',
      ids: 'idempotent',
      restore: true,
    });
  });

  it('says what is wrong', () => {
    expect(() => readOptions(['--ids', 'some'])).toThrow('--ids must be idempotent or none, not "some".');
    expect(() => readOptions(['--recipients', '1e9'])).toThrow(OptionError);
    expect(() => readOptions(['--restore', '2'])).toThrow('--restore must be a whole number from 0 to 1');
    expect(() => readOptions(['--frobnicate'])).toThrow('npm run chaos');
  });
});
