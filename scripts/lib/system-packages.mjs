import { spawnSync } from 'node:child_process';
import { runOrThrow, SetupError } from './run.mjs';

/** What the tests need from the system: any one of the programs will do. */
const NEEDED = [
  {
    programs: ['redis-server', 'valkey-server'],
    apt: 'redis-server',
    brew: 'redis',
    service: 'redis-server',
  },
];

/**
 * Installs what is missing when that is possible without a password; otherwise throws a SetupError with the line to
 * type. Nothing is skipped for want of a program.
 */
export function ensureSystemPackages(needed = NEEDED, system = realSystem) {
  const missing = needed.filter((entry) => !entry.programs.some((program) => system.has(program)));
  if (missing.length === 0) return;
  const names = missing.map((entry) => entry.apt).join(' ');
  const prefix = withoutPassword(system);
  if (!system.has('apt-get') || prefix === undefined) throw new SetupError(whatToType(missing, system));
  process.stderr.write(`Installing ${names} (apt-get) ...\n`);
  const env = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  system.run([...prefix, ...env, 'apt-get', 'update', '-qq']);
  system.run([
    ...prefix,
    ...env,
    'apt-get',
    'install',
    '-y',
    '-qq',
    '--no-install-recommends',
    ...names.split(' '),
  ]);
  // The tests start their own server on a free port; the one Debian starts for the whole machine is not wanted.
  for (const { service } of missing) system.try([...prefix, 'systemctl', 'disable', '--now', service]);
}

/** The words to put before a command so that it runs as root; undefined when that takes a password. */
function withoutPassword(system) {
  if (system.isRoot()) return [];
  return system.has('sudo') && system.try(['sudo', '-n', 'true']) ? ['sudo', '-n'] : undefined;
}

function whatToType(missing, system) {
  const programs = missing.map((entry) => entry.programs[0]).join(', ');
  const apt = missing.map((entry) => entry.apt).join(' ');
  const brew = missing.map((entry) => entry.brew).join(' ');
  const line = system.has('brew') ? `brew install ${brew}` : `sudo apt-get install -y ${apt}`;
  return `Needed here: ${programs}, which is not installed. Install it with: ${line}`;
}

const realSystem = {
  has: (program) => spawnSync('/bin/sh', ['-c', 'command -v "$1"', 'sh', program]).status === 0,
  isRoot: () => process.getuid?.() === 0,
  try: ([command, ...args]) => spawnSync(command, args, { stdio: 'ignore' }).status === 0,
  run: ([command, ...args]) => runOrThrow(command, args),
};
