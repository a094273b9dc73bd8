import { parseArgs } from 'node:util';

export interface BenchOptions {
  only: string[] | undefined;
  runs: number;
  scale: number;
  list: boolean;
}

/** Fewer runs, or smaller ones, say too little to be written down. */
export const FEWEST_RUNS = 5;

export const usage = `npm run bench -- [options]

  --list         the scenarios and their figures, nothing is run
  --only a,b     these scenarios only
  --runs N       runs of each scenario, the median counts (${FEWEST_RUNS})
  --scale X      a quick look at a smaller size, above 0 and at most 1 (1)

The table goes to stdout, progress to stderr, everything measured to bench/results/latest.json. Full-size runs, at
least ${FEWEST_RUNS} each, are also written to docs/performance.json and docs/performance.md.`;

/** A mistake on the command line, in words for the person who made it. */
export class OptionError extends Error {}

/** Reads the command line; `known` are the ids of all scenarios. */
export function readOptions(args: string[], known: readonly string[]): BenchOptions {
  const values = parsed(args);
  const only = values.only?.split(',').filter((id) => id !== '');
  const unknown = only?.filter((id) => !known.includes(id)) ?? [];
  if (unknown.length > 0 || only?.length === 0) {
    throw new OptionError(`--only ${values.only}: choose from ${known.join(', ')}.`);
  }
  return {
    only,
    runs: numberIn(
      '--runs',
      values.runs,
      (runs) => Number.isInteger(runs) && runs >= 1,
      'a whole number from 1 on',
    ),
    scale: numberIn('--scale', values.scale, (scale) => scale > 0 && scale <= 1, 'above 0 and at most 1'),
    list: values.list,
  };
}

function parsed(args: string[]) {
  try {
    const { values } = parseArgs({
      args,
      options: {
        only: { type: 'string' },
        runs: { type: 'string', default: String(FEWEST_RUNS) },
        scale: { type: 'string', default: '1' },
        list: { type: 'boolean', default: false },
      },
    });
    return values;
  } catch (error) {
    throw new OptionError(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
  }
}

function numberIn(name: string, text: string, fits: (value: number) => boolean, words: string): number {
  const value = Number(text);
  if (text.trim() === '' || !fits(value)) throw new OptionError(`${name} ${text}: it has to be ${words}.`);
  return value;
}
