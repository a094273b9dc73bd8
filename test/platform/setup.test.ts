import { spawnSync } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, utimes } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { SUPPORTED } from '../../scripts/lib/node-version.mjs';
import { ONE_PER_MODULE, quickSuites, withHelpers } from '../../scripts/lib/quick-suites.mjs';
import { withSetupLock } from '../../scripts/lib/setup-lock.mjs';
import { dropSignalCopies } from '../../scripts/lib/signals.mjs';
import {
  buildFingerprint,
  INSTALL_STAMP,
  installFingerprint,
  isInstalledByHand,
  isStamped,
} from '../../scripts/lib/stale.mjs';
import { ensureSystemPackages } from '../../scripts/lib/system-packages.mjs';
import { countTests, runChecks } from '../../scripts/lib/test-steps.mjs';
import { lockFile, makeCheckout } from './support/checkout.js';

const root = path.resolve(import.meta.dirname, '../..');

describe('what the set-up script finds stale', () => {
  let checkout: Awaited<ReturnType<typeof makeCheckout>>;

  beforeEach(async () => {
    checkout = await makeCheckout();
  });

  afterEach(() => checkout.remove());

  it('an installation is stale when there is none, and after the lock file changed', async () => {
    const stamped = () => isStamped(checkout.root, INSTALL_STAMP, installFingerprint(checkout.root));
    expect(stamped()).toBe(false);
    await checkout.write(INSTALL_STAMP, `${installFingerprint(checkout.root)}\n`);
    expect(stamped()).toBe(true);
    await checkout.write('package-lock.json', lockFile({ express: '5.3.1' }));
    expect(stamped()).toBe(false);
  });

  it('a build is stale after a source changed, appeared or went, and not after a mere checkout', async () => {
    const before = buildFingerprint(checkout.root);
    await utimes(path.join(checkout.root, 'src/main.ts'), new Date(0), new Date(0));
    expect(buildFingerprint(checkout.root)).toBe(before);
    await checkout.write('src/lib/new.ts', '');
    const withNew = buildFingerprint(checkout.root);
    expect(withNew).not.toBe(before);
    await checkout.write('src/main.ts', 'export const changed = true;');
    expect(buildFingerprint(checkout.root)).not.toBe(withNew);
    await checkout.write('src/main.ts', 'export {};');
    await rm(path.join(checkout.root, 'src/lib'), { recursive: true });
    expect(buildFingerprint(checkout.root)).toBe(before);
  });

  it('what npm install brought in by hand is accepted when it is what the lock file asks for', async () => {
    expect(isInstalledByHand(checkout.root)).toBe(false);
    await checkout.write(
      'package-lock.json',
      lockFile({ express: '5.3.0', 'for-windows': '1.0.0' }, ['for-windows']),
    );
    await checkout.write('node_modules/.package-lock.json', lockFile({ express: '5.3.0' }));
    expect(isInstalledByHand(checkout.root)).toBe(false);
    await checkout.write('node_modules/express/package.json', '{}');
    expect(isInstalledByHand(checkout.root)).toBe(true);
    await checkout.write('node_modules/.package-lock.json', lockFile({ express: '5.2.0' }));
    expect(isInstalledByHand(checkout.root)).toBe(false);
  });

  it('two set-ups in one checkout take turns, and a dead one holds no other up', async () => {
    await checkout.write('.starling/setup.lock', '999999999');
    let inside = 0;
    const visit = () =>
      withSetupLock(checkout.root, async () => {
        inside += 1;
        const alone = inside === 1;
        await new Promise(setImmediate);
        inside -= 1;
        return alone;
      });
    expect(await Promise.all([visit(), visit(), visit()])).toEqual([true, true, true]);
  });
});

/** What `npm run` of this command says on that version of Node, when it would do nothing else. */
function onNode(version: string, script: string): { status: number | null; stderr: string } {
  const pretend = encodeURIComponent(
    `Object.defineProperty(process, 'version', { value: 'v${version}' });
     Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } });`,
  );
  return spawnSync(process.execPath, ['--import', `data:text/javascript,${pretend}`, ...script.split(' ')], {
    cwd: root,
    encoding: 'utf8',
    env: { ...process.env, NODE_OPTIONS: '' },
  });
}

describe('the version of Node', () => {
  it.each(['start', 'demo', 'simulator', 'test', 'setup'])(
    'is too old: npm run %s says so in one line',
    (name) => {
      const { status, stderr } = onNode('18.20.0', `scripts/${name}.mjs`);
      expect(stderr).toBe(
        'Starling runs on Node 20 (from 20.19), 22 (from 22.13) and 24 (from 24.11), this is v18.20.0: https://nodejs.org\n',
      );
      expect(status).toBe(1);
    },
  );

  const asked =
    '--input-type=module --eval import{requireNode}from"./scripts/lib/node-version.mjs";requireNode()';

  it.each(['20.18.3', '21.7.3', '22.12.0', '23.11.1', '24.10.0'])('%s is turned away', (version) => {
    expect(onNode(version, asked)).toMatchObject({
      status: 1,
      stderr: expect.stringContaining(`this is v${version}`),
    });
  });

  it.each(['20.19.0', '22.13.0', '22.22.3', '24.11.0', '24.21.0'])(
    '%s is taken without a word',
    (version) => {
      expect(onNode(version, asked)).toMatchObject({ status: 0, stderr: '' });
    },
  );

  it('newer than what was tried is mentioned, and taken', () => {
    expect(onNode('26.1.0', asked)).toMatchObject({
      status: 0,
      stderr: 'Starling is tried on Node 20, 22 and 24; v26.1.0 may work just as well.\n',
    });
  });

  it('is the same to npm', () => {
    const { engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    const ranges = SUPPORTED.map(([major, minor]) => `^${major}.${minor}.0`);
    expect(engines.node).toBe([...ranges.slice(0, -1), ranges.at(-1)?.replace('^', '>=')].join(' || '));
  });
});

describe('the commands', () => {
  it.each(['start', 'demo', 'simulator', 'test', 'setup', 'lib/node-version'])(
    '%s.mjs holds nothing an old Node cannot read',
    (name) => {
      const text = readFileSync(path.join(root, `scripts/${name}.mjs`), 'utf8');
      expect(text).not.toMatch(/\?\.|\?\?|\bawait\b|#|node:/);
    },
  );

  it('Ctrl-C under npm counts once, a second one a moment later counts again', () => {
    const emitter = new EventEmitter();
    let now = 0;
    dropSignalCopies(emitter, () => now);
    const heard: number[] = [];
    emitter.on('SIGINT', () => heard.push(now));
    for (const at of [1_000, 1_002, 1_900]) {
      now = at;
      emitter.emit('SIGINT');
    }
    expect(heard).toEqual([1_000, 1_900]);
  });
});

describe('programs the tests need from the system', () => {
  const needed = [
    { programs: ['redis-server', 'valkey-server'], apt: 'redis-server', brew: 'redis', service: 'redis' },
  ];

  /** A machine with these programs that writes down what it is told to do. */
  const machine = (present: string[], isRoot: boolean, sudoWorks = false) => {
    const done: string[] = [];
    return {
      done,
      has: (program: string) => present.includes(program),
      isRoot: () => isRoot,
      try: (command: string[]) => command[0] !== 'sudo' || sudoWorks,
      run: (command: string[]) => done.push(command.join(' ')),
    };
  };

  it('nothing is installed when one of the alternatives is there', () => {
    const system = machine(['valkey-server'], true);
    ensureSystemPackages(needed, system);
    expect(system.done).toEqual([]);
  });

  it('root installs what is missing', () => {
    const system = machine(['apt-get'], true);
    ensureSystemPackages(needed, system);
    expect(system.done.at(-1)).toContain('apt-get install -y -qq --no-install-recommends redis-server');
  });

  it('an ordinary user installs it through sudo when that asks for no password', () => {
    const system = machine(['apt-get', 'sudo'], false, true);
    ensureSystemPackages(needed, system);
    expect(system.done.at(-1)).toMatch(/^sudo -n env .*apt-get install/);
  });

  it('otherwise the run ends with the one line to type', () => {
    const system = machine(['apt-get', 'sudo'], false, false);
    expect(() => ensureSystemPackages(needed, system)).toThrow('sudo apt-get install -y redis-server');
    const mac = machine(['brew'], false, false);
    expect(() => ensureSystemPackages(needed, mac)).toThrow('brew install redis');
    expect([...system.done, ...mac.done]).toEqual([]);
  });
});

describe('the quick test run', () => {
  it('has a suite for every module, which uses it', () => {
    const modules = readdirSync(path.join(root, 'src/modules'), { withFileTypes: true });
    const names = modules.filter((entry) => entry.isDirectory()).map(({ name }) => name);
    expect(Object.keys(ONE_PER_MODULE).toSorted()).toEqual(names.toSorted());
    const strangers = Object.entries(ONE_PER_MODULE).filter(
      ([name, suite]) => !withHelpers(suite).includes(`/src/modules/${name}/`),
    );
    expect(strangers).toEqual([]);
  });

  it('has the pure suites, and nothing else that starts a program or needs a server', () => {
    const suites = quickSuites();
    expect(suites).toEqual(expect.arrayContaining(['test/lib/csv.test.ts', 'test/senders/quota.test.ts']));
    for (const other of ['test/e2e/', 'test/faults/', 'test/queue/', 'test/platform/setup']) {
      expect(suites.filter((suite) => suite.startsWith(other))).toEqual([]);
    }
  });
});

describe('the test run', () => {
  const clean = {
    numPassedTests: 7,
    numFailedTests: 0,
    numRuntimeErrorTestSuites: 0,
    numPendingTests: 0,
    numTodoTests: 0,
  };

  it('counts failed tests and suites that could not be loaded', () => {
    const report = { ...clean, numFailedTests: 2, numRuntimeErrorTestSuites: 1 };
    expect(countTests(report, { status: 1, filtered: false })).toMatchObject({ passed: 7, failed: 3 });
  });

  it('lets nothing be skipped silently, except in a narrowed run', () => {
    const report = { ...clean, numPendingTests: 3 };
    expect(countTests(report, { status: 0, filtered: false })).toMatchObject({ passed: 7, failed: 3 });
    expect(countTests(report, { status: 0, filtered: true })).toMatchObject({ passed: 7, failed: 0 });
  });

  it('does not pass when Jest crashed, said nothing or ran nothing', () => {
    expect(countTests(undefined, { status: 1, filtered: false }).failed).toBe(1);
    expect(countTests(clean, { status: 1, filtered: false }).failed).toBe(1);
    expect(countTests({ ...clean, numPassedTests: 0 }, { status: 0, filtered: true }).failed).toBe(1);
  });

  it('goes on after a failed check and names every one that failed', async () => {
    const lines: string[] = [];
    const step = (name: string, ok: boolean) => ({
      name,
      run: async () => ({ ok, output: `${name} output` }),
    });
    const steps = [step('a', false), step('b', true), step('c', false)];
    expect(await runChecks(steps, (line: string) => lines.push(line))).toEqual(['a', 'c']);
    expect(lines).toContain('a output');
    expect(lines).not.toContain('b output');
  });
});
