/** Which way a figure has to lie from its target. */
export type Direction = 'atLeast' | 'atMost';

/** One line of the table: a measured value against a yardstick that was measured in the same run. */
export interface Figure {
  id: string;
  /** What is measured, with its unit. */
  title: string;
  /** What it is divided by, with the same unit; undefined where the value stands for itself. */
  yardstick?: string;
  target: number;
  direction: Direction;
  /** How a value reads: 'msg/s', 'MB', ... */
  unit: string;
  /** How the ratio reads; plain ratios when absent. */
  ratioUnit?: 'x' | 'MB' | 'statements' | 'bytes' | 'messages';
}

/** One measurement. The ratio is value / yardstick; figures without a yardstick have a yardstick of 1. */
export interface Sample {
  value: number;
  yardstick: number;
}

export type Samples = Readonly<Record<string, Sample>>;

export interface Scenario {
  id: string;
  title: string;
  /** What is done and how it is measured, in sentences for docs/performance.md (Markdown). */
  about: string;
  figures: readonly Figure[];
  /** PostgreSQL counts what each statement takes; it costs a little, so only where it is read. */
  countsStatements?: true;
  /** One run: a sample of every figure. Called as often as runs are asked for, one after the other. */
  measure(bench: BenchContext): Promise<Samples>;
  /** Undoes what the first run has set up for all of them; called after the last run, also after one that failed. */
  finish?(): Promise<void>;
}

export interface BenchContext {
  services: BenchServices;
  /** 1 for the full size; smaller for a quick look. */
  scale: number;
  /** A line of progress, for the person at the terminal. */
  note: (text: string) => void;
  /** Something measured on the way that has no target; shown below the table and kept in the results. */
  remark: (text: string) => void;
}

/** A PostgreSQL and a Redis of this scenario alone, started empty before its first run. */
export interface BenchServices {
  redisUrl: string;
  /** A server to make databases on. */
  postgresUrl: string;
  postgresPid: number;
  redisPid: number;
}

export interface Summary {
  figure: Figure;
  samples: Sample[];
  value: number;
  yardstick: number;
  ratio: number;
  lowest: number;
  highest: number;
  met: boolean;
}

/** The median run by ratio: its value and yardstick belong together. */
export function summarise(figure: Figure, samples: readonly Sample[]): Summary {
  const sorted = samples.toSorted((a, b) => ratioOf(a) - ratioOf(b));
  const median = sorted[Math.floor((sorted.length - 1) / 2)];
  const first = sorted[0];
  const last = sorted.at(-1);
  if (!median || !first || !last) throw new Error(`The figure ${figure.id} was not measured.`);
  const ratio = ratioOf(median);
  return {
    figure,
    samples: [...samples],
    ...median,
    ratio,
    lowest: ratioOf(first),
    highest: ratioOf(last),
    met: figure.direction === 'atLeast' ? ratio >= figure.target : ratio <= figure.target,
  };
}

export function ratioOf({ value, yardstick }: Sample): number {
  return value / yardstick;
}
