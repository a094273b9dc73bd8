import { createReadStream } from 'node:fs';
import { mkdir, open, readdir, readFile, rename, writeFile, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { removeOldFiles } from '../lib/old-files.js';
import type { Journal, JournalRecord } from './journal.js';
import { frame, framesOf } from './frame.js';

const DAY_MS = 86_400_000;
const SUFFIX = '.journal';
const NOTE_SUFFIX = '.note';

/** A journal in files of a folder, one for each process and day (UTC). Each record is on the disk before `append` resolves. */
export class FileJournal implements Journal {
  private current: { day: string; file: FileHandle } | undefined;
  /** Counts up when a file could not be written to: a record that may be cut off is the last one of its file. */
  private part = 0;
  private last: Promise<unknown> = Promise.resolve();

  /** @param writer Names this run of the process, and no other, among those that share the folder. */
  constructor(
    private readonly folder: string,
    private readonly writer: string,
    private readonly now: () => Date = () => new Date(),
  ) {}

  append(data: Buffer): Promise<void> {
    const appended = this.last.then(() => this.write(data));
    // One that fails does not keep the next from being tried.
    this.last = appended.catch(() => undefined);
    return appended;
  }

  async *since(from: Date): AsyncIterable<JournalRecord> {
    const oldest = dayOf(from);
    for (const name of await this.namesIn()) {
      if (!name.endsWith(SUFFIX) || name.slice(0, oldest.length) < oldest) continue;
      const path = join(this.folder, name);
      for await (const record of framesOf(createReadStream(path), path)) if (record.at >= from) yield record;
    }
  }

  async trim(before: Date): Promise<void> {
    // A file is written to for a day at most, so its last record is about as old as its last change.
    await removeOldFiles(this.folder, before, SUFFIX);
  }

  /** A file each, whose name is the note's. */
  async notes(): Promise<ReadonlyMap<string, string>> {
    const names = (await this.namesIn()).filter((name) => name.endsWith(NOTE_SUFFIX));
    const notes = await Promise.all(
      names.map(async (name): Promise<[string, string]> => {
        const text = await readFile(join(this.folder, name), 'utf8');
        return [name.slice(0, -NOTE_SUFFIX.length), text];
      }),
    );
    return new Map(notes);
  }

  /** Whole or not at all: written beside the old one, which it then replaces. */
  async note(name: string, value: string): Promise<void> {
    await this.makeFolder();
    const path = join(this.folder, `${name}${NOTE_SUFFIX}`);
    const draft = `${path}.${this.writer}`;
    await writeFile(draft, value, { mode: 0o600, flush: true });
    await rename(draft, path);
  }

  async close(): Promise<void> {
    await this.last;
    await this.closeCurrent();
  }

  private async write(data: Buffer): Promise<void> {
    const at = this.now();
    const file = await this.fileOf(dayOf(at));
    try {
      await file.appendFile(frame({ at, data }));
      await file.datasync();
    } catch (error) {
      this.part += 1;
      await this.closeCurrent();
      throw error;
    }
  }

  private async fileOf(day: string): Promise<FileHandle> {
    if (this.current?.day === day) return this.current.file;
    await this.closeCurrent();
    await this.makeFolder();
    const name = `${day}.${this.writer}.${this.part}${SUFFIX}`;
    const file = await open(join(this.folder, name), 'a', 0o600);
    this.current = { day, file };
    return file;
  }

  private async closeCurrent(): Promise<void> {
    const closing = this.current?.file;
    this.current = undefined;
    await closing?.close();
  }

  private async makeFolder(): Promise<void> {
    await mkdir(this.folder, { recursive: true, mode: 0o700 });
  }

  private async namesIn(): Promise<string[]> {
    try {
      return (await readdir(this.folder)).toSorted();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw error;
    }
  }
}

function dayOf(at: Date): string {
  return new Date(Math.floor(at.getTime() / DAY_MS) * DAY_MS).toISOString().slice(0, 10);
}
