import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** What the compiled server is made of. */
const SOURCES = [
  'src',
  'migrations',
  'ormconfig.ts',
  'tsconfig.json',
  'tsconfig.build.json',
  'package-lock.json',
];

export const INSTALL_STAMP = 'node_modules/.starling-installed';
export const BUILD_STAMP = 'dist/.starling-built';

/** Changes whenever `npm ci` would install something else. */
export function installFingerprint(root) {
  const hash = createHash('sha256').update(`${process.platform} ${process.arch}\n`);
  return hash.update(readFileSync(path.join(root, 'package-lock.json'))).digest('hex');
}

/** Changes whenever the build would come out differently. Contents, not times: git sets new times at every checkout. */
export function buildFingerprint(root) {
  const hash = createHash('sha256');
  for (const file of SOURCES.flatMap((name) => filesOf(root, name))) {
    hash.update(`${file}\n`).update(readFileSync(path.join(root, file)));
  }
  return hash.digest('hex');
}

export function isStamped(root, stamp, fingerprint) {
  const file = path.join(root, stamp);
  return existsSync(file) && readFileSync(file, 'utf8').trim() === fingerprint;
}

/** True when `dist` holds what these sources compile to. */
export function isBuilt(root) {
  return (
    existsSync(path.join(root, 'dist/src/main.js')) && isStamped(root, BUILD_STAMP, buildFingerprint(root))
  );
}

/**
 * True when `npm install` already brought in what the lock file asks for: npm keeps its own record of that. Optional
 * packages may be missing (those of other platforms are).
 */
export function isInstalledByHand(root) {
  const record = path.join(root, 'node_modules/.package-lock.json');
  if (!existsSync(record)) return false;
  const wanted = packagesOf(path.join(root, 'package-lock.json'));
  const present = packagesOf(record);
  return Object.entries(wanted).every(([name, entry]) => {
    if (name === '') return true;
    if (!(name in present))
      return entry.optional === true || entry.devOptional === true || entry.peer === true;
    return present[name].version === entry.version && existsSync(path.join(root, name, 'package.json'));
  });
}

function packagesOf(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages ?? {};
}

function filesOf(root, name) {
  const full = path.join(root, name);
  if (!existsSync(full)) return [];
  const entries = name.includes('.')
    ? undefined
    : readdirSync(full, { withFileTypes: true, recursive: true });
  if (!entries) return [name];
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => path.relative(root, path.join(entry.parentPath ?? entry.path, entry.name)))
    .toSorted();
}
