import { accessSync, constants, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SetupError } from './run.mjs';

/** Lets one process at a time install and build: `npm start` and `npm run simulator` may be typed together. */
export async function withSetupLock(root, work) {
  const file = path.join(root, '.starling', 'setup.lock');
  makeFolder(path.dirname(file), root);
  let announced = false;
  while (!tryLock(file)) {
    if (!announced) process.stderr.write('Another process is setting up this checkout, waiting for it ...\n');
    announced = true;
    await sleep(300);
  }
  try {
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}

function makeFolder(folder, root) {
  try {
    mkdirSync(folder, { recursive: true });
    accessSync(folder, constants.W_OK);
  } catch {
    throw new SetupError(
      `Something has to be installed or compiled in ${root}, but this user may not write there. ` +
        `Run the same command as the owner of that folder, or change its owner.`,
    );
  }
}

function tryLock(file) {
  try {
    writeFileSync(file, String(process.pid), { flag: 'wx' });
    return true;
  } catch (error) {
    if (error.code !== 'EEXIST') throw error;
  }
  if (!holderLives(file)) rmSync(file, { force: true });
  return false;
}

function holderLives(file) {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    // Empty: created a moment ago, its process id is about to be written.
    if (pid > 0) process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
