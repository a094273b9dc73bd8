import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startServer, type ServerProcess } from './server.js';

const run = promisify(execFile);
let db: TestDatabase;
let server: ServerProcess;

beforeAll(async () => {
  db = await createTestDatabase();
  // The credentials that the README starts the server with.
  server = await startServer({ DATABASE_URL: db.url, ADMIN_EMAIL: 'me@example.com' });
});
afterAll(async () => {
  await server.end('SIGTERM');
  await db.close();
});

/** The shell blocks between the walk-through's mark and the next chapter. */
async function walkThrough(): Promise<string> {
  const readme = await readFile(new URL('../../README.md', import.meta.url), 'utf8');
  const [, chapter = ''] = readme.split('<!-- walk-through');
  const [text = ''] = chapter.split('\n## ');
  return [...text.matchAll(/```sh\n(.*?)```/gs)].map(([, block]) => block).join('\n');
}

describe('the walk-through of the README', () => {
  it('works literally, from the login to the exported report', async () => {
    const script = (await walkThrough()).replaceAll('http://127.0.0.1:3000', server.url);
    expect(script).toContain('/api/campaigns/$CAMPAIGN/start');
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', script], { timeout: 60_000 });
    expect(stdout).toContain('"created":2');
    expect(stdout).toContain('not a number');
    expect(stdout).toMatch(/"total":2/);
    expect(stdout).toMatch(/\+5511961234567,"?Ana"?,(sent|delivered|read)/);
  }, 90_000);
});
