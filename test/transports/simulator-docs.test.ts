import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { createSimulatorNetwork } from '../../src/transports/simulator/index.js';

/** `outcomes.banned` -> `0`, as the table of docs/simulator.md writes it. */
function written(value: unknown, path = ''): [string, string][] {
  if (typeof value === 'number') return [[path, String(value)]];
  if (typeof value !== 'object' || value === null) return [];
  if (Array.isArray(value)) return [[path, value.length === 0 ? 'none' : `${value.length} texts`]];
  if ('p95' in value) return [[path, Object.values(value).join(' / ')]];
  return Object.entries(value).flatMap(([key, part]) => written(part, path === '' ? key : `${path}.${key}`));
}

describe('the table of the simulated behaviour', () => {
  it('shows every field with the default that the code has', async () => {
    const page = await readFile(new URL('../../docs/simulator.md', import.meta.url), 'utf8');
    const [, chapter = ''] = page.split('\n## Behaviour\n');
    const [table = ''] = chapter.split('\n## ');
    const rows = [...table.matchAll(/^\| `([\w.]+)` +\| (.+?) +\|/gm)].map(([, name = '', value = '']) => [
      name,
      value.replace('five', '5'),
    ]);
    expect(rows).toEqual(written(createSimulatorNetwork().behaviour));
  });
});
