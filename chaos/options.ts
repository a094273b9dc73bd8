import { parseArgs } from 'node:util';

export const backends = ['redis', 'postgres'] as const;
export type Backend = (typeof backends)[number];

/** Whether the network recognises a message that is sent again under the same id. */
export const idModes = ['idempotent', 'none'] as const;
export type IdMode = (typeof idModes)[number];

export interface ChaosOptions {
  seed: number;
  recipients: number;
  /** People who get something that no campaign sends. */
  direct: number;
  /** People who write to a sender and are answered. */
  answers: number;
  senders: number;
  /** Workers killed while they work; more are killed while they start. */
  kills: number;
  backend: Backend;
  ids: IdMode;
  /** The database is backed up once, and put back later. */
  restore: boolean;
  /** The run counts as stuck after that. */
  minutes: number;
}

export const usage = `npm run chaos -- [options]

  --seed N          repeats the same faults (1)
  --recipients N    people, each of whom gets two messages (10000)
  --direct N        people who get a message beside the campaign, at once, at a time, in a bulk or as a test (500)
  --answers N       people who write to a sender and are answered (200)
  --senders N       (20)
  --kills N         workers killed with SIGKILL (10)
  --backend NAME    where the queue lives: ${backends.join(' or ')} (redis)
  --ids NAME        ${idModes.join(' or ')}: whether the network recognises resends (idempotent)
  --restore N       1: the database is backed up in the middle and put back later; 0: it is not (1)
  --minutes N       when the run is given up (15)

Ends with status 0 only if no recipient got a message twice, none was missed and all counters agree.`;

/** A mistake on the command line, in words for the person who made it. */
export class OptionError extends Error {}

export function readOptions(args: string[]): ChaosOptions {
  const values = parsed(args);
  return {
    seed: wholeNumber('--seed', values.seed, 0, 4_294_967_295),
    recipients: wholeNumber('--recipients', values.recipients, 10, 10_000),
    direct: wholeNumber('--direct', values.direct, 0, 5_000),
    answers: wholeNumber('--answers', values.answers, 0, 5_000),
    senders: wholeNumber('--senders', values.senders, 1, 200),
    kills: wholeNumber('--kills', values.kills, 0, 1_000),
    backend: oneOf('--backend', values.backend, backends),
    ids: oneOf('--ids', values.ids, idModes),
    restore: wholeNumber('--restore', values.restore, 0, 1) === 1,
    minutes: wholeNumber('--minutes', values.minutes, 1, 240),
  };
}

function parsed(args: string[]) {
  const text = (value: string) => ({ type: 'string', default: value }) as const;
  try {
    const options = {
      seed: text('1'),
      recipients: text('10000'),
      direct: text('500'),
      answers: text('200'),
      senders: text('20'),
      kills: text('10'),
      backend: text('redis'),
      ids: text('idempotent'),
      restore: text('1'),
      minutes: text('15'),
    };
    return parseArgs({ args, options }).values;
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function wholeNumber(name: string, given: string, min: number, max: number): number {
  const value = Number(given);
  if (given.trim() !== '' && Number.isInteger(value) && value >= min && value <= max) return value;
  throw new OptionError(`${name} must be a whole number from ${min} to ${max}, not "${given}".`);
}

function oneOf<Name extends string>(option: string, given: string, known: readonly Name[]): Name {
  const found = known.find((name) => name === given);
  if (found === undefined) throw new OptionError(`${option} must be ${known.join(' or ')}, not "${given}".`);
  return found;
}
