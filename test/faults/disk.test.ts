import { execFileSync } from 'node:child_process';
import { existsSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, jest } from '@jest/globals';
import { readPostmasterFile } from '../../src/db/embedded/postmaster-file.js';
import { queueEnv } from '../e2e/backends.js';
import { waitFor } from '../support/wait-for.js';
import { expectHelpfulAnswers, expectNothingLost, query } from './aftermath.js';
import { cleaningUp } from './clean-up.js';
import { lasting } from './lasting.js';
import { ownPostgres, type OwnServer } from './own-servers.js';
import { setStage, type Stage } from './stage.js';

jest.setTimeout(240_000);

const MEGABYTE = 1024 * 1024;

/**
 * A disk that is full for one process, for root as for every user: its files may not grow beyond a size, and the system
 * refuses each byte more, as it does for a full disk. Unlike a full file system of our own it needs no privileges, and it
 * can be taken back while the process runs.
 */
function limitFiles(pids: (number | undefined)[], bytes: number | 'unlimited'): void {
  for (const pid of pids) {
    try {
      // As the process's own user: in containers root, too, may not limit the processes of others.
      const { uid, gid } = statSync(`/proc/${pid}`);
      execFileSync('prlimit', ['--pid', String(pid), `--fsize=${bytes}:unlimited`], { uid, gid });
    } catch (error) {
      // Connections of the database come and go.
      if (existsSync(`/proc/${pid}`)) throw error;
    }
  }
}

describe('while a disk is full', () => {
  let postgres: OwnServer;
  let stage: Stage;

  const later = cleaningUp();

  beforeEach(async () => {
    postgres = await ownPostgres();
    later(() => postgres.close());
    await postgres.start();
    stage = await setStage({
      env: { DATABASE_URL: postgres.url, CLAIM_TIMEOUT: '20', ...queueEnv('redis', 'disk faults') },
      recipients: 80,
      pauseMs: 500,
    });
    later(() => stage.close());
  });

  it('refuses files clearly and leaves none behind, while everything else goes on', async () => {
    const { server } = stage;
    limitFiles([server.child.pid], MEGABYTE / 8);
    for (const path of ['/api/contacts/import', '/api/media']) {
      const refused = await upload(stage, path, 'a'.repeat(MEGABYTE));
      expect(refused).toMatchObject({ status: 503, retryAfter: '60' });
      expect(refused.message).toMatch(/no room left on the disk/);
    }
    const before = stage.arrived();
    await waitFor(() => stage.arrived() > before, { timeoutMs: 30_000, what: 'the campaign to go on' });
    await lasting();
    // The visitor's own small files come and go.
    await waitFor(async () => (await readdir(join(stage.dataDir, 'uploads'))).length === 0, {
      what: 'no file to be left behind',
    });

    limitFiles([server.child.pid], 'unlimited');
    for (const path of ['/api/contacts/import', '/api/media']) {
      expect((await upload(stage, path, 'a'.repeat(MEGABYTE))).status).toBeLessThan(300);
    }
    await expectNothingLost(stage, postgres.url);
  });

  it('lets an import wait for room on the disk of the database, and end with every row once', async () => {
    const { api } = stage;
    await fillContacts(postgres.url);
    limitFiles(await processesOf(postgres.url), TABLE_LIMIT);
    const { id } = await importPeople(stage);
    await waitFor(() => stage.server.output().includes('"unavailable":"disk"'), {
      timeoutMs: 30_000,
      what: 'the table to be full, and the log to say so',
    });
    const before = stage.arrived();
    await waitFor(() => stage.arrived() > before, { timeoutMs: 30_000, what: 'the campaign to go on' });
    await lasting();
    expectHelpfulAnswers(stage);
    expect(await api.get(`/api/imports/${id}`)).toMatchObject({ status: 'running' });

    limitFiles(await processesOf(postgres.url), 'unlimited');
    await waitFor(
      async () => (await api.get<{ status: string }>(`/api/imports/${id}`)).status === 'completed',
      { timeoutMs: 60_000, what: 'the import to end' },
    );
    expect(await api.get(`/api/imports/${id}`)).toMatchObject({
      counts: { rows: IMPORTED, created: IMPORTED, duplicate: 0, invalid: 0 },
    });
    await expectNothingLost(stage, postgres.url);
  });
});

const IMPORTED = 3_000;
/** A segment of the database's own log has 16 MB and is written as always; the contacts' table is what cannot grow. */
const TABLE_LIMIT = 17 * MEGABYTE;
/** Long, and too short for the database to pack it away somewhere else. */
const LONG_TEXT = 1_600;

async function fillContacts(url: string): Promise<void> {
  await query(
    url,
    `INSERT INTO contacts (id, tenant_id, phone, attributes)
     SELECT gen_random_uuid(), tenants.id, '+55119' || (80000000 + n)::text,
            jsonb_build_object('note', repeat(md5(n::text), $1 / 32))
     FROM tenants, generate_series(1, 8000) AS n WHERE slug = 'default'`,
    [LONG_TEXT],
  );
}

/** The server of that database and all its children. */
async function processesOf(url: string): Promise<number[]> {
  const [row] = await query<{ folder: string }>(url, `SELECT current_setting('data_directory') AS folder`);
  const postmaster = readPostmasterFile(row?.folder ?? '')?.pid ?? 0;
  const children = execFileSync('ps', ['-o', 'pid=', '--ppid', String(postmaster)], { encoding: 'utf8' });
  return [postmaster, ...children.trim().split(/\s+/).map(Number)];
}

async function importPeople(stage: Stage): Promise<{ id: string }> {
  const note = 'x'.repeat(LONG_TEXT);
  const rows = Array.from({ length: IMPORTED }, (_, n) => `+55119${90_000_000 + n},Row ${n},${note}`);
  const answer = await upload(stage, '/api/contacts/import', `phone,name,note\n${rows.join('\n')}\n`);
  expect(answer.status).toBe(202);
  return answer.data as { id: string };
}

async function upload(
  { server, token }: Stage,
  path: string,
  content: string,
): Promise<{ status: number; retryAfter: string | null; message?: string; data?: unknown }> {
  const form = new FormData();
  form.set('file', new Blob([content]), 'people.csv');
  const headers = { authorization: `Bearer ${token}` };
  const response = await fetch(server.url + path, { method: 'POST', body: form, headers });
  const { message, data } = (await response.json()) as { message?: string; data?: unknown };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), message, data };
}
