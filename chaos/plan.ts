import { randomInt, seededRandom, type Random } from '../src/lib/random.js';
import type { ChaosOptions } from './options.js';

/** What goes wrong. A time of being away is in milliseconds. */
export type Fault =
  /** `again`: the one that takes its place is killed, too, so long after it was started. */
  | { kind: 'kill'; worker: number; awayMs: number; again: number | undefined }
  /** `crash`: without a checkpoint, so that it has to recover from its log. */
  | { kind: 'postgres'; manner: 'restart' | 'crash'; awayMs: number }
  | { kind: 'redis'; awayMs: number }
  | { kind: 'flush' }
  /** `quiet`: nothing is asked for beside the campaign from then on, until the backup is put back. */
  | { kind: 'backup'; quiet: boolean }
  /** Everything is stopped, and started again on the database as it was backed up. */
  | { kind: 'restore' };

/** A fault and its moment: when that share of all messages has arrived, and a little later. */
export interface PlannedFault {
  at: number;
  laterMs: number;
  fault: Fault;
}

export const WORKERS = 2;

/** Not at the very ends: there must be something under way, and something left to do. */
const FIRST = 0.02;
const LAST = 0.95;
const KILLED_AT_START = 0.25;
/** Shares of the time for faults: when the backup is made, and how much later it is put back. */
const BACKED_UP = { from: 0.1, upTo: 0.4 };
const PUT_BACK_AFTER = { from: 0.1, upTo: 0.3 };

/**
 * The same faults in the same places for the same seed. Where the queue lives in PostgreSQL there is no Redis to
 * restart and to flush: PostgreSQL goes a second time instead. `last`: no fault after that share of the messages.
 */
export function planFaults(
  { seed, kills, backend, restore }: Pick<ChaosOptions, 'seed' | 'kills' | 'backend' | 'restore'>,
  last = LAST,
): PlannedFault[] {
  const random = seededRandom(seed);
  const moments = kills === 0 ? [] : killings(kills, random);
  const first = randomInt(random, 0, 1) === 0 ? 'restart' : 'crash';
  moments.push({ kind: 'postgres', manner: first, awayMs: randomInt(random, 500, 3_000) });
  if (backend === 'redis') {
    moments.push({ kind: 'redis', awayMs: randomInt(random, 500, 3_000) }, { kind: 'flush' });
  } else {
    const second = first === 'restart' ? 'crash' : 'restart';
    moments.push({ kind: 'postgres', manner: second, awayMs: randomInt(random, 500, 3_000) });
  }
  const planned = moments.map((fault) => ({
    at: FIRST + random() * (last - FIRST),
    laterMs: randomInt(random, 0, 400),
    fault,
  }));
  return [...planned, ...(restore ? restoring(random, last) : [])].toSorted(
    (one, other) => one.at - other.at,
  );
}

/** Once, while the campaign is under way. */
function restoring(random: Random, last: number): PlannedFault[] {
  const share = ({ from, upTo }: typeof BACKED_UP): number =>
    (from + random() * (upTo - from)) * (last - FIRST);
  const at = FIRST + share(BACKED_UP);
  return [
    { at, laterMs: randomInt(random, 0, 400), fault: { kind: 'backup', quiet: random() < 0.5 } },
    { at: at + share(PUT_BACK_AFTER), laterMs: randomInt(random, 0, 400), fault: { kind: 'restore' } },
  ];
}

/** Both workers in turn at first, so that each is killed, then as chance has it. */
function killings(kills: number, random: Random): Fault[] {
  return Array.from({ length: kills }, (_, index) => ({
    kind: 'kill' as const,
    worker: index < WORKERS ? index : randomInt(random, 0, WORKERS - 1),
    awayMs: randomInt(random, 0, 2_000),
    again: random() < KILLED_AT_START ? randomInt(random, 100, 1_500) : undefined,
  }));
}
