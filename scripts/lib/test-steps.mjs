import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { capture, root } from './run.mjs';

const bin = (name) => path.join(root, 'node_modules/.bin', name);

/** What the format check need not look at again; a fresh installation begins anew. */
const formatCache = path.join(root, 'node_modules/.cache/starling/format');

/** A clone gives every file a new date, so only what a file holds says whether it is the one that was checked. */
const byContent = ['--cache', '--cache-strategy', 'content'];

/** Everything besides the suites. Each is a command that prints why it failed and ends with a non-zero status. */
export function checks(migrationDatabaseUrl) {
  return [
    // The compiler that gives the linter its types reports their errors too, far sooner than `tsc`.
    check('types and lint', [bin('oxlint'), '--type-aware', '--type-check', '--deny-warnings']),
    check('format', [
      bin('prettier'),
      '--check',
      '--log-level',
      'warn',
      ...byContent,
      '--cache-location',
      formatCache,
      '.',
    ]),
    check('imports', [process.execPath, 'scripts/check-imports.mjs']),
    check('unused code', [bin('knip'), '--no-progress']),
    // Tests are no users: what only they use is dead.
    check('unused code (production)', [bin('knip'), '--production', '--no-progress']),
    check('migrations', [bin('tsx'), 'scripts/check-migrations.ts'], { DATABASE_URL: migrationDatabaseUrl }),
  ];
}

function check(name, [program, ...args], env = {}) {
  return { name, run: () => capture(program, args, { env: { ...process.env, ...env } }) };
}

/** Runs the steps two at a time and reports each as it ends; returns the names of those that failed. */
export async function runChecks(steps, print = console.log) {
  const waiting = [...steps];
  const failed = [];
  const worker = async () => {
    for (let step = waiting.shift(); step; step = waiting.shift()) {
      const started = performance.now();
      const { ok, output } = await step.run();
      const seconds = ((performance.now() - started) / 1000).toFixed(1);
      print(`${ok ? 'ok    ' : 'FAILED'}  ${step.name} (${seconds} s)`);
      if (ok) continue;
      print(output.trimEnd());
      failed.push(step.name);
    }
  };
  await Promise.all([worker(), worker()]);
  return failed;
}

/**
 * Runs the suites with Jest's own output; what counts afterwards is Jest's report, not its text. `args` are those of the
 * person at the terminal, `chosen` our own.
 */
export async function runSuites(args, chosen = []) {
  const folder = mkdtempSync(path.join(tmpdir(), 'starling-jest-'));
  const report = path.join(folder, 'report.json');
  try {
    const status = await relay(bin('jest'), [
      '--maxWorkers=100%',
      '--json',
      `--outputFile=${report}`,
      ...args,
      ...chosen,
    ]);
    return countTests(readReport(report), { status, filtered: args.length > 0 });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * Suites that could not even be loaded count as failures, and so do skipped tests unless the run was narrowed down.
 * Jest ending badly without any failed test (open handles, a crash) is a failure too.
 */
export function countTests(report, { status, filtered }) {
  if (!report) return { passed: 0, failed: 1, notes: ['Jest ended without a report'] };
  const { numPassedTests: passed, numFailedTests, numRuntimeErrorTestSuites } = report;
  const skipped = report.numPendingTests + report.numTodoTests;
  const notes = [];
  let failed = numFailedTests + numRuntimeErrorTestSuites;
  if (numRuntimeErrorTestSuites > 0) notes.push(`${numRuntimeErrorTestSuites} suites could not be loaded`);
  if (skipped > 0 && !filtered) {
    notes.push(`${skipped} tests are skipped; nothing may be skipped silently`);
    failed += skipped;
  }
  if (failed === 0 && status !== 0) {
    notes.push(`Jest ended with status ${status}`);
    failed = 1;
  }
  if (passed === 0 && failed === 0) {
    notes.push('no test was run');
    failed = 1;
  }
  return { passed, failed, notes };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** Passes on what the program prints. It has no terminal of its own: it would redraw lines that others wrote. */
function relay(program, args) {
  const env = process.stdout.isTTY ? { FORCE_COLOR: '1', ...process.env } : process.env;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: root, env, stdio: ['inherit', 'pipe', 'pipe'] });
    child.stdout.on('data', (chunk) => process.stdout.write(chunk));
    child.stderr.on('data', (chunk) => process.stderr.write(chunk));
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
