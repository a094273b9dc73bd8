import { OptionError, readOptions, usage } from './options.js';
import { compiled } from './programs.js';
import { reportText } from './report.js';
import { runChaos } from './run.js';

/** `npm run chaos`: the proof that nothing is lost and nothing sent twice, whatever is killed. */
async function main(): Promise<void> {
  const args = process.argv.slice(2);
  if (args.includes('--help')) {
    process.stdout.write(`${usage}\n`);
    return;
  }
  const options = readOptions(args);
  const interrupted = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => interrupted.abort(new Error(`Interrupted by ${signal}.`)));
  }
  const started = performance.now();
  const tell = (text: string): void => {
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    process.stderr.write(`${seconds.padStart(6)} s  ${text}\n`);
  };
  const result = await runChaos(options, { programs: compiled, tell, signal: interrupted.signal });
  process.stdout.write(`\n${reportText(result)}\n`);
  if (!result.good) process.exitCode = 1;
}

try {
  await main();
} catch (error) {
  process.exitCode = 1;
  console.error(error instanceof OptionError ? error.message : error);
}
