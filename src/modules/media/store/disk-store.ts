import { randomUUID } from 'node:crypto';
import { copyFile, mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import type { MediaKey, MediaStore } from './media-store.js';

/** A folder of this machine, or one that all processes have mounted: `<folder>/<tenant>/<sha256>`. */
export class DiskMediaStore implements MediaStore {
  constructor(private readonly folder: string) {}

  /** Readers see the whole file or none: it gets its name when it is complete and on the disk. */
  async put(key: MediaKey, file: { path: string }): Promise<void> {
    const target = this.pathOf(key);
    const draft = `${target}.${randomUUID()}.tmp`;
    await mkdir(join(this.folder, key.tenantId), { recursive: true, mode: 0o700 });
    try {
      await copyFile(file.path, draft);
      await toDisk(draft);
      await rename(draft, target);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async has(key: MediaKey): Promise<boolean> {
    return (await unlessMissing(stat(this.pathOf(key)))) !== undefined;
  }

  async open(key: MediaKey): Promise<Readable | undefined> {
    const handle = await unlessMissing(open(this.pathOf(key)));
    return handle?.createReadStream();
  }

  async remove(key: MediaKey): Promise<void> {
    await rm(this.pathOf(key), { force: true });
  }

  private pathOf({ tenantId, sha256 }: MediaKey): string {
    return join(this.folder, tenantId, sha256);
  }
}

async function toDisk(path: string): Promise<void> {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function unlessMissing<Value>(work: Promise<Value>): Promise<Value | undefined> {
  try {
    return await work;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
