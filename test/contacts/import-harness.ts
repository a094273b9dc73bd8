import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import {
  ContactService,
  ImportService,
  presentImport,
  type ImportDto,
  type ImportLimits,
  type NewImport,
  type AttributeNames,
} from '../../src/modules/contacts/index.js';
import type { importContacts } from '../../src/modules/contacts/contact.jobs.js';
import type { PayloadOf } from '../../src/queue/job.js';
import type { ThreadPool } from '../../src/threads/pool.js';
import type { Threads } from '../../src/threads/task.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { openTestThreads } from '../support/threads.js';

type ImportJob = PayloadOf<typeof importContacts>;

export interface ImportedContact {
  phone: string;
  name: string | null;
  attributes: Record<string, unknown>;
}

/** An import service on a database of its own; its jobs are run by the tests, in place of the queue. */
export class ImportHarness {
  private constructor(
    readonly test: TestDatabase,
    readonly filesDir: string,
    readonly jobs: ImportJob[],
    readonly threads: ThreadPool,
  ) {}

  static async create(): Promise<ImportHarness> {
    const filesDir = await mkdtemp(join(tmpdir(), 'starling-imports-'));
    return new ImportHarness(await createTestDatabase(), filesDir, [], openTestThreads());
  }

  service(
    limits: Partial<ImportLimits> = {},
    defaultCountry: string | undefined = 'BR',
    threads: Threads = this.threads,
    attributeNames?: AttributeNames,
  ): ImportService {
    return new ImportService({
      database: this.test.database,
      queue: {
        enqueue: async (_job, payload) => {
          this.jobs.push(payload as ImportJob);
        },
      },
      filesDir: this.filesDir,
      defaultCountry,
      clock: systemClock,
      logger: createLogger('silent'),
      threads,
      limits,
      attributeNames,
    });
  }

  get contacts(): ContactService {
    return new ContactService({
      database: this.test.database,
      clock: systemClock,
      defaultCountry: 'BR',
    });
  }

  async upload(
    service: ImportService,
    tenantId: string,
    file: string | Uint8Array,
    options: Omit<NewImport, 'file'> & { fileName?: string } = {},
  ): Promise<string> {
    const path = join(this.filesDir, `upload-${Math.random().toString(36).slice(2)}`);
    await writeFile(path, file);
    const { fileName = 'contacts.csv', ...rest } = options;
    const { id } = await service.create(tenantId, { ...rest, file: { path, originalName: fileName } });
    return id;
  }

  /** Uploads and imports to the end. */
  async run(
    file: string | Uint8Array,
    options: Omit<NewImport, 'file'> & {
      fileName?: string;
      tenantId?: string;
      limits?: Partial<ImportLimits>;
    } = {},
  ): Promise<{ import: ImportDto; tenantId: string; contacts: ImportedContact[]; errors: string }> {
    const { tenantId = await this.test.createTenant(), limits, ...rest } = options;
    const service = this.service(limits);
    const importId = await this.upload(service, tenantId, file, rest);
    await service.handleImport({ tenantId, importId }, { signal: new AbortController().signal });
    return {
      import: presentImport(await service.get(tenantId, importId)),
      tenantId,
      contacts: await this.contactsOf(tenantId),
      errors: await this.errorsOf(service, tenantId, importId),
    };
  }

  contactsOf(tenantId: string): Promise<ImportedContact[]> {
    return this.test.database.manager.query(
      'SELECT phone, name, attributes FROM contacts WHERE tenant_id = $1 ORDER BY id',
      [tenantId],
    );
  }

  async errorsOf(service: ImportService, tenantId: string, importId: string): Promise<string> {
    let text = '';
    for await (const lines of await service.rejectedRows(tenantId, importId)) text += lines;
    return text;
  }

  async close(): Promise<void> {
    await this.threads.close();
    await this.test.close();
    await rm(this.filesDir, { recursive: true, force: true });
  }
}

/** `counts` of an import, all zero but these. */
export function counts(some: Partial<ImportDto['counts']>): ImportDto['counts'] {
  const zero = { created: 0, updated: 0, unchanged: 0, duplicate: 0, invalid: 0 };
  const all = { ...zero, ...some };
  const rows = all.created + all.updated + all.unchanged + all.duplicate + all.invalid;
  return { ...all, rows };
}

/** Distinct, valid Brazilian mobile numbers. */
export function brazilian(index: number): string {
  return `+55119${String(80_000_000 + index)}`;
}
