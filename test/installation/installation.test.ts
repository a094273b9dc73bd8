import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { FileJournal } from '../../src/journal/file-journal.js';
import { systemClock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import { InstallationService, readInstallation } from '../../src/modules/installation/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let db: TestDatabase;
let folder: string;
let done: string[];
let isHeld: boolean;
let service: InstallationService;

beforeAll(async () => {
  db = await createTestDatabase();
});
afterAll(() => db.close());
beforeEach(async () => {
  await db.database.manager.query('DELETE FROM installation');
  folder = await mkdtemp(join(tmpdir(), 'installation-'));
  done = [];
  isHeld = true;
  service = newService();
  await service.recognise();
});
afterEach(() => rm(folder, { recursive: true }));

function newService(): InstallationService {
  const note = (what: string) => async () => void done.push(what);
  return new InstallationService({
    database: db.database,
    journal: new FileJournal(folder, 'test'),
    held: {
      hold: note('hold'),
      release: note('release'),
      leaveToPeople: note('leave'),
      isHeld: () => Promise.resolve(isHeld),
    },
    clock: systemClock,
    logger: createLogger('silent'),
  });
}

const state = async () => (await readInstallation(db.database.manager))?.state;
const replay = (report: { missing?: number; readable?: boolean } = {}) =>
  service.settle(() => Promise.resolve({ bound: 1, missing: 0, readable: true, binding: 0, ...report }));

/** As pg_restore leaves it. */
async function restore(): Promise<void> {
  await db.database.manager.query(
    `CREATE TABLE anew (LIKE installation INCLUDING ALL);
     INSERT INTO anew SELECT * FROM installation;
     DROP TABLE installation;
     ALTER TABLE anew RENAME TO installation`,
  );
}

describe('a database', () => {
  it('that is new is not held, nor is one that is started again', async () => {
    await newService().recognise();
    await replay();
    expect([await state(), done]).toEqual(['open', []]);
  });

  it('that was restored is held, and goes on when the journal is whole', async () => {
    await service.mark();
    await restore();
    await service.recognise();
    expect([await state(), done]).toEqual(['restored', ['hold']]);
    await service.recognise();
    await replay();
    expect([await state(), done]).toEqual(['open', ['hold', 'release']]);
  });

  it.each([
    ['lacks a delivery of the journal', { missing: 1 }],
    ['has a journal that cannot be read', { readable: false }],
  ])('that %s is left to people until nothing is held any more', async (_, report) => {
    await restore();
    await service.recognise();
    await replay(report);
    expect([await state(), done]).toEqual(['held', ['hold', 'leave']]);
    await service.mark();
    expect(await state()).toBe('held');
    isHeld = false;
    await service.mark();
    expect(await state()).toBe('open');
  });

  it('is left to people when hand-overs were kept nowhere since the backup', async () => {
    await service.mark();
    await restore();
    service.noteGap();
    await service.mark();
    await db.database.manager.query(`UPDATE installation SET marked_at = now() - interval '1 hour'`);
    await service.recognise();
    await replay();
    expect([await state(), done]).toEqual(['held', ['hold', 'leave']]);
  });

  it('goes on by itself when the journal began anew before the backup, though no process was started since', async () => {
    await rm(join(folder, 'since.note'));
    await service.mark();
    await restore();
    await service.recognise();
    await replay();
    expect([await state(), done]).toEqual(['open', ['hold', 'release']]);
  });

  it('that was set back under a running process is recognised by its mark', async () => {
    expect(await service.mark()).toBe(false);
    expect(await service.mark()).toBe(false);
    await db.database.manager.query('UPDATE installation SET mark = 1');
    expect(await service.mark()).toBe(true);
    expect([await state(), done]).toEqual(['restored', ['hold']]);
    await replay();
    expect(await service.mark()).toBe(false);
  });
});
