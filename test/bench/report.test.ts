import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { summarise, type Figure } from '../../bench/figure.js';
import { performancePage } from '../../bench/report/document.js';
import { documentFile, performanceFile, readResults } from '../../bench/report/files.js';
import { formatNumber, formatTarget } from '../../bench/report/format.js';
import type { Machine } from '../../bench/report/machine.js';
import { performanceDocument } from '../../bench/report/markdown.js';
import { mergeResults, type ScenarioResult } from '../../bench/report/results.js';
import { textTable } from '../../bench/report/table.js';

const speed: Figure = {
  id: 'speed',
  title: 'messages/s',
  yardstick: 'no-op jobs/s',
  target: 0.4,
  direction: 'atLeast',
  unit: '/s',
};
const memory: Figure = {
  id: 'memory',
  title: 'memory',
  target: 150,
  direction: 'atMost',
  unit: 'MB',
  ratioUnit: 'MB',
};
const fast = summarise(speed, [
  { value: 50, yardstick: 100 },
  { value: 3_000, yardstick: 10_000 },
  { value: 4_500, yardstick: 10_000 },
]);
const heavy = summarise(memory, [{ value: 200, yardstick: 1 }]);
const machine: Machine = {
  cpu: 'A processor',
  cores: 2,
  memoryGb: 8,
  kernel: 'Linux 6.1',
  node: '20.19.0',
  postgres: '18.1',
  redis: '7.0.15',
};
const result = (changes: Partial<ScenarioResult> = {}): ScenarioResult => ({
  measuredAt: '2026-03-01T10:00:00.000Z',
  runs: 5,
  scale: 1,
  machine,
  summaries: [fast],
  remarks: [],
  ...changes,
});

describe('a figure', () => {
  it('is its median run: value and yardstick of one and the same run, with the spread around it', () => {
    expect(fast).toMatchObject({ value: 4_500, yardstick: 10_000, ratio: 0.45, lowest: 0.3, highest: 0.5 });
    expect(fast.met).toBe(true);
  });

  it('takes the lower of two middle runs', () => {
    const two = summarise(speed, [
      { value: 9, yardstick: 10 },
      { value: 1, yardstick: 10 },
    ]);
    expect(two.ratio).toBe(0.1);
  });

  it('is missed on the wrong side of its target, whichever that is', () => {
    expect(heavy.met).toBe(false);
    expect(summarise(speed, [{ value: 3, yardstick: 10 }]).met).toBe(false);
    expect(summarise(memory, [{ value: 150, yardstick: 1 }]).met).toBe(true);
  });

  it('that was not measured is an error, not a zero', () => {
    expect(() => summarise(speed, [])).toThrow('speed');
  });
});

describe('numbers', () => {
  it('show the digits that count', () => {
    expect([12_345.6, 999.4, 1.2345, 0.012345, 0].map(formatNumber)).toEqual([
      '12,346',
      '999',
      '1.23',
      '0.0123',
      '0',
    ]);
  });

  it('of targets say their direction and unit', () => {
    expect([formatTarget(speed), formatTarget(memory)]).toEqual(['≥ 0.4', '≤ 150 MB']);
  });
});

describe('the table at the terminal', () => {
  it('stands in columns and shouts what was missed', () => {
    const [head, first, second] = textTable([fast, heavy]).split('\n');
    expect(head).toMatch(/^figure +value +yardstick +ratio +spread +target +met$/);
    expect(first).toMatch(/^messages\/s +4,500 \/s +10,000 \/s +0\.45 +0\.3 \.\. 0\.5 +≥ 0\.4 +yes$/);
    expect(second).toMatch(/^memory +200 MB +- +200 MB +200 \.\. 200 +≤ 150 MB +NO$/);
    expect(first?.indexOf('4,500')).toBe(second?.indexOf('200 MB'));
  });
});

describe('results', () => {
  it('of a partial run replace only their own, in the order of the scenarios; what is gone is dropped', () => {
    const old = { a: result({ runs: 5 }), b: result({ runs: 5 }), gone: result() };
    const merged = mergeResults(old, { b: result({ runs: 7 }) }, ['b', 'a', 'never measured']);
    expect(Object.keys(merged)).toEqual(['b', 'a']);
    expect([merged['b']?.runs, merged['a']?.runs]).toEqual([7, 5]);
  });
});

describe('docs/performance.md', () => {
  const scenarios = [
    { id: 'a', title: 'Sending', about: 'What sending is.' },
    { id: 'b', title: 'Importing', about: 'What importing is.' },
    { id: 'c', title: 'Not measured', about: 'Nothing.' },
  ];
  const notes = '## Missed targets\n\nWritten by hand.\n';

  it('has words, numbers, spread and machine of what was measured, and ends with what is written by hand', () => {
    const text = performanceDocument(
      { a: result({ remarks: ['In passing.'] }), b: result({ summaries: [heavy] }) },
      scenarios,
      notes,
    );
    expect(text).toContain('| messages/s | 4,500 /s | 0.45 | ≥ 0.4 | yes |');
    expect(text).toContain('| memory | 200 MB | 200 MB | ≤ 150 MB | **no** |');
    expect(text).toContain('10,000 /s (no-op jobs/s) | 0.45 | 0.3 .. 0.5 |');
    expect(text).toContain('## Sending\n\nWhat sending is.');
    expect(text).toContain('- In passing.');
    expect(text).toContain('5 runs, 2026-03-01.');
    expect(text).toContain('Missed: memory, 200 MB of 150 MB');
    expect(text).not.toContain('Not measured');
    expect(text.endsWith('Written by hand.')).toBe(true);
  });

  it('is what the stored figures, the scenarios and the notes give; `npm run docs:performance` writes it', async () => {
    const page = await performancePage(await readResults(performanceFile));
    expect(await readFile(documentFile, 'utf8')).toBe(page);
  });

  it('describes the machine once, and each one where there were several', () => {
    const words =
      'A processor, 2 cores, 8 GB of memory, Linux 6.1, Node 20.19.0, PostgreSQL 18.1, Redis 7.0.15';
    const one = performanceDocument({ a: result(), b: result() }, scenarios, notes);
    expect(one.split(words)).toHaveLength(2);
    const other = result({ machine: { ...machine, cores: 16 } });
    const two = performanceDocument({ a: result(), b: other }, scenarios, notes);
    expect(two).toContain(`- Sending: ${words}.`);
    expect(two).toContain('- Importing: A processor, 16 cores');
  });
});
