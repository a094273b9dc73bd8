import { mkdir, mkdtemp, readdir, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { removeOldFiles } from '../../src/lib/old-files.js';

describe('files a crash left behind', () => {
  it('go when they are old; those just being written, and folders, stay', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'starling-old-'));
    const long = new Date('2031-05-01T00:00:00Z');
    for (const name of ['left', 'fresh']) await writeFile(join(folder, name), 'x');
    await mkdir(join(folder, 'folder'));
    for (const name of ['left', 'folder']) await utimes(join(folder, name), long, long);
    const recent = new Date('2031-05-03T00:00:00Z');
    await utimes(join(folder, 'fresh'), recent, recent);
    expect(await removeOldFiles(folder, new Date('2031-05-02T00:00:00Z'))).toBe(1);
    expect((await readdir(folder)).toSorted()).toEqual(['folder', 'fresh']);
  });

  it('are none where there is no folder', async () => {
    expect(await removeOldFiles(join(tmpdir(), 'starling-no-such-folder'), new Date())).toBe(0);
  });
});
