import { existsSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fail, root, runOrThrow, SetupError } from './run.mjs';
import { withSetupLock } from './setup-lock.mjs';
import {
  BUILD_STAMP,
  buildFingerprint,
  INSTALL_STAMP,
  installFingerprint,
  isBuilt,
  isInstalledByHand,
  isStamped,
} from './stale.mjs';

/** Brings a checkout into a state it can run from. Takes some milliseconds when there is nothing to do. */
export async function setUp({ build = true } = {}) {
  const missing = () => ({ install: !isInstalled(), build: build && !isBuilt(root) });
  const first = missing();
  if (!first.install && !first.build) return;
  await withSetupLock(root, () => {
    // Looked at again: another process may have done it while this one waited.
    const rest = missing();
    if (rest.install) install();
    if (rest.build) compile();
  });
}

/** The same as a program: a failure is printed in one line and ends it with status 1. */
export async function setUpOrFail(options) {
  try {
    await setUp(options);
  } catch (error) {
    fail(error);
  }
}

function isInstalled() {
  return isStamped(root, INSTALL_STAMP, installFingerprint(root));
}

function install() {
  if (!isInstalledByHand(root)) {
    console.error('Installing the locked dependencies (npm ci), about a minute the first time ...');
    // Development dependencies hold the compiler, so they are needed whatever NODE_ENV says.
    const args = [
      'ci',
      '--include=dev',
      '--include=optional',
      '--no-audit',
      '--no-fund',
      '--no-update-notifier',
      '--loglevel=error',
    ];
    const [command, ...prefix] = npm();
    runOrThrow(command, [...prefix, ...args], { env: { ...process.env, PUPPETEER_SKIP_DOWNLOAD: '1' } });
  }
  writeFileSync(path.join(root, INSTALL_STAMP), `${installFingerprint(root)}\n`);
}

/** The npm that runs this script, when one does. */
function npm() {
  const running = process.env.npm_execpath ?? '';
  return /npm-cli\.c?js$/.test(running) ? [process.execPath, running] : ['npm'];
}

function compile() {
  console.error('Compiling ...');
  const dist = path.join(root, 'dist');
  // Without a stamp the contents are unknown, and the compiler trusts its own notes about it.
  if (!existsSync(path.join(root, BUILD_STAMP))) rmSync(dist, { recursive: true, force: true });
  rmSync(path.join(root, BUILD_STAMP), { force: true });
  const fingerprint = buildFingerprint(root);
  const compiler = path.join(root, 'node_modules/typescript/bin/tsc');
  if (!existsSync(compiler))
    throw new SetupError('The compiler is missing in node_modules. Delete node_modules and try again.');
  // Types are checked by `npm test`; a start need not wait for that.
  runOrThrow(process.execPath, [compiler, '-p', 'tsconfig.build.json', '--noCheck']);
  writeFileSync(path.join(root, BUILD_STAMP), `${fingerprint}\n`);
}
