import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { startServer, type ServerProcess } from './server.js';
import { runBlocks, shellBlocks } from './shell-blocks.js';

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

describe('the walk-through of the README', () => {
  it('works literally, from the login to the exported report', async () => {
    const blocks = await shellBlocks('README.md');
    expect(blocks.join('\n')).toContain('/api/campaigns/$CAMPAIGN/start');
    const output = await runBlocks(blocks, { 'http://127.0.0.1:3000': server.url });
    expect(output).toContain('"created":2');
    expect(output).toContain('not a number');
    expect(output).toMatch(/"total":2/);
    expect(output).toMatch(/\+5511961234567,"?Ana"?,(sent|delivered|read)/);
  }, 90_000);
});
