import { summarise, type BenchContext, type Samples, type Scenario } from './figure.js';
import { formatRatio } from './report/format.js';
import { describeMachine } from './report/machine.js';
import type { ScenarioResult } from './report/results.js';
import { startServices } from './support/services.js';

const SIGNALS = ['SIGINT', 'SIGTERM'] as const;

export interface RunOptions {
  runs: number;
  scale: number;
  note: (text: string) => void;
}

/** Runs one scenario so many times on a PostgreSQL and a Redis of its own. */
export async function runScenario(scenario: Scenario, options: RunOptions): Promise<ScenarioResult> {
  const { runs, scale, note } = options;
  const services = await startServices(scenario);
  const interrupt = () => void services.stop().finally(() => process.exit(130));
  for (const signal of SIGNALS) process.once(signal, interrupt);
  try {
    const remarks: string[] = [];
    const context: BenchContext = {
      services,
      scale,
      note: (text) => note(`  ${text}`),
      remark: (text) => {
        remarks.push(text);
        note(`  ${text}`);
      },
    };
    const samples = await measureAll(scenario, context, options);
    return {
      measuredAt: new Date().toISOString(),
      runs,
      scale,
      machine: await describeMachine(services),
      summaries: scenario.figures.map((figure) =>
        summarise(
          figure,
          samples.flatMap((run) => run[figure.id] ?? []),
        ),
      ),
      remarks,
    };
  } finally {
    for (const signal of SIGNALS) process.off(signal, interrupt);
    await services.stop();
  }
}

async function measureAll(
  scenario: Scenario,
  context: BenchContext,
  { runs, note }: RunOptions,
): Promise<Samples[]> {
  const samples: Samples[] = [];
  try {
    for (let run = 1; run <= runs; run += 1) {
      const started = performance.now();
      const sample = await scenario.measure(context);
      samples.push(sample);
      const seconds = ((performance.now() - started) / 1_000).toFixed(1);
      note(`  run ${run} of ${runs} (${seconds} s): ${inWords(scenario, sample)}`);
    }
  } finally {
    await scenario.finish?.();
  }
  return samples;
}

function inWords({ figures }: Scenario, samples: Samples): string {
  return figures
    .flatMap((figure) => {
      const sample = samples[figure.id];
      return sample ? [`${figure.id} ${formatRatio(sample.value / sample.yardstick, figure)}`] : [];
    })
    .join(', ');
}
