import { spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { programArguments } from '../support/programs.js';
import { exitOf } from './server.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

describe('the demo', () => {
  it('ends with status 0, because every recipient’s outcome is known and the numbers add up', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'starling-demo-'));
    const child = spawn(process.execPath, [...programArguments('demo/main'), '--exit'], {
      cwd: root,
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], DATA_DIR: dataDir, PORT: '0' },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
    try {
      expect({ code: await exitOf(child), text }).toMatchObject({ code: 0 });
      // The tenth pauses her; on a slow machine others are already on their way then.
      expect(text).toMatch(/Carla is paused after 1\d failures in a row/);
      expect(text).toMatch(/to Bruno: Are you open on Sundays\?/);
      expect(text).toMatch(
        /"Are you open on Sundays\?" \(Vera\) was answered.*Yes, from ten to six\..*replyTo [0-9a-f-]{36}/,
      );
      expect(text).toMatch(/Part 2 of 2 was read/);
      expect(text).toMatch(
        /campaign\.started \(the campaign\)[^]*sender\.paused \(Carla: consecutive_failures\)[^]*campaign\.completed/,
      );
      expect(text).toMatch(/"(Plain|Curious)" was read by/);
      expect(text).toMatch(/✓ every recipient reached a final state/);
      expect(text).not.toContain('✗ ever');
    } finally {
      child.kill('SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    }
  }, 120_000);
});
