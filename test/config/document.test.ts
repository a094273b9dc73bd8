import { spawnSync } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { parseEnv } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { renderConfigDocument, renderEnvFile } from '../../src/config/index.js';
import { loadConfig } from '../../src/config/load.js';

const HOW = 'run `npm run docs:config` and commit the result';

describe('the written configuration', () => {
  it(`is what the classes say (otherwise ${HOW})`, async () => {
    expect(await readFile('docs/configuration.md', 'utf8')).toBe(renderConfigDocument());
    expect(await readFile('.env', 'utf8')).toBe(renderEnvFile());
  });

  it('has a .env with known settings only, at their defaults, and without secrets', () => {
    const env = parseEnv(renderEnvFile());
    const document = renderConfigDocument();
    for (const [name, value] of Object.entries(env))
      expect(document).toMatch(new RegExp(`\\| \`${name}\` .*\`${value}\``));
    expect(Object.keys(env).filter((name) => /SECRET|PASSWORD/.test(name))).toEqual([]);
    expect(loadConfig(env, { files: [] })).toEqual(loadConfig({}, { files: [] }));
  });
});

describe('a wrong configuration', () => {
  it('stops the start with code 1 and one line per error', () => {
    const program = `import { loadConfigOrExit } from './src/config/index.js'; loadConfigOrExit(); console.log('started');`;
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      ['--import', 'tsx', '--input-type=module', '--eval', program],
      { env: { PATH: process.env['PATH'], PORT: 'x', LOG_LEVEL: 'y' }, encoding: 'utf8' },
    );
    expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
    expect(stderr).toMatch(
      /^Starling cannot start.*\n {2}PORT is "x"\..*\n {2}LOG_LEVEL is "y"\..*\n.*configuration\.md/,
    );
  });
});
