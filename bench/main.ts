import { FEWEST_RUNS, OptionError, readOptions, type BenchOptions } from './options.js';
import { writePerformancePage } from './report/document.js';
import { latestFile, performanceFile, readResults, writeResults } from './report/files.js';
import { mergeResults, type Results } from './report/results.js';
import { textTable } from './report/table.js';
import { runScenario } from './run.js';
import { scenarios } from './scenarios/index.js';

const known = scenarios.map(({ id }) => id);
const note = (text: string): void => void process.stderr.write(`${text}\n`);

/** Measures, prints, writes down. Only a run that fails is a failure; a missed target is a result. */
async function main(): Promise<void> {
  const options = readOptions(process.argv.slice(2), known);
  if (options.list) return list();
  const { results, failed } = await runAll(options);
  const ids = Object.keys(results);
  if (ids.length > 0) {
    await writeResults(latestFile, mergeResults(await readResults(latestFile), results, known));
    if (isWorthKeeping(options)) await regenerate(results);
    else
      note(`\ndocs/performance.md is left as it is: that takes --scale 1 and at least ${FEWEST_RUNS} runs.`);
    print(results);
  }
  if (failed.length > 0) {
    note(`\nfailed: ${failed.join(', ')}`);
    process.exitCode = 1;
  }
}

async function runAll({ only, runs, scale }: BenchOptions): Promise<{ results: Results; failed: string[] }> {
  const results: Record<string, Results[string]> = {};
  const failed: string[] = [];
  for (const scenario of scenarios.filter(({ id }) => only?.includes(id) ?? true)) {
    note(`${scenario.id}: ${scenario.title}`);
    try {
      results[scenario.id] = await runScenario(scenario, { runs, scale, note });
    } catch (error) {
      failed.push(scenario.id);
      console.error(error);
    }
  }
  return { results, failed };
}

function isWorthKeeping({ runs, scale }: BenchOptions): boolean {
  return scale === 1 && runs >= FEWEST_RUNS;
}

async function regenerate(results: Results): Promise<void> {
  const merged = mergeResults(await readResults(performanceFile), results, known);
  await writeResults(performanceFile, merged);
  await writePerformancePage(merged);
}

function print(results: Results): void {
  const all = Object.values(results);
  console.log(textTable(all.flatMap(({ summaries }) => summaries)));
  for (const remark of all.flatMap(({ remarks }) => remarks)) console.log(`- ${remark}`);
}

function list(): void {
  for (const { id, title, figures } of scenarios) {
    console.log(`${id}: ${title}`);
    for (const figure of figures) console.log(`  ${figure.id}: ${figure.title}`);
  }
}

try {
  await main();
} catch (error) {
  console.error(error instanceof OptionError ? error.message : error);
  process.exitCode = 1;
}
