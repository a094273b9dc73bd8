import { setTimeout as pause } from 'node:timers/promises';
import { until } from '../../../src/demo/until.js';
import { assertAllSent, isCompleted } from '../../support/campaign.js';
import { watchMemory } from '../../support/memory.js';
import { watchRedisMemory } from '../../support/redis-memory.js';
import type { BenchServer } from '../../support/server.js';
import { JOURNAL_KEY } from '../../../src/runtime/restore.js';
import { serverOn, type Ground } from './ground.js';

const LONGEST_RUN_MS = 3_600_000;
const LOOK_EVERY_MS = 100;

/** What sending one campaign has cost. */
export interface Whole {
  seconds: number;
  /** Of Redis without the journal, at its peak above what it was before. */
  queueBytes: number;
  /** Of the journal of hand-overs. */
  journalBytes: number;
  /** Of the server's process, resident, at its peak above what it was before. */
  memoryBytes: number;
  /** Messages a second of the first and of the last tenth. */
  firstTenth: number;
  lastTenth: number;
}

/** Lets a campaign run to its end, in a new process with an empty queue. */
export async function runWhole(ground: Ground, campaignId: string, recipients: number): Promise<Whole> {
  const server = await serverOn(ground);
  try {
    const queue = await watchRedisMemory(ground.redisUrl, JOURNAL_KEY);
    const before = (await server.look('collect')).memory.rss;
    const memory = watchMemory(server.pid);
    const started = performance.now();
    const marks = await progressToEnd(server, campaignId);
    const seconds = (performance.now() - started) / 1_000;
    const memoryBytes = memory.stop() - before;
    const { besidesBytes: queueBytes, streamBytes: journalBytes } = await queue.stop();
    const cost = { seconds, memoryBytes, queueBytes, journalBytes };
    await assertAllSent(server.api, campaignId, recipients);
    const total = marks.at(-1)?.arrived ?? 0;
    return {
      ...cost,
      firstTenth: rateBetween(marks, 0, total / 10),
      lastTenth: rateBetween(marks, total * 0.9, total),
    };
  } finally {
    await server.stop();
  }
}

interface Mark {
  arrived: number;
  at: number;
}

async function progressToEnd(server: BenchServer, campaignId: string): Promise<Mark[]> {
  const { arrived: earlier } = await server.look();
  await server.api.post(`/api/campaigns/${campaignId}/start`);
  const marks: Mark[] = [];
  const ended = until('the end of the campaign', () => isCompleted(server.api, campaignId), {
    timeoutMs: LONGEST_RUN_MS,
    everyMs: LOOK_EVERY_MS,
  });
  do {
    const { arrived, at } = await server.look();
    marks.push({ arrived: arrived - earlier, at });
  } while ((await Promise.race([ended, pause(LOOK_EVERY_MS)])) !== true);
  const { arrived, at } = await server.look();
  return [...marks, { arrived: arrived - earlier, at }];
}

/** Messages a second, from the last look at no more than `from` arrivals to the first with `to`. */
function rateBetween(marks: readonly Mark[], from: number, to: number): number {
  const first = marks.findLast(({ arrived }) => arrived <= from);
  const last = marks.find(({ arrived }) => arrived >= to);
  if (!first || !last || last.at <= first.at) throw new Error('The campaign was over too soon to be timed.');
  return ((last.arrived - first.arrived) * 1_000) / (last.at - first.at);
}
