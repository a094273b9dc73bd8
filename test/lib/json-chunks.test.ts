import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { jsonChunks } from '../../src/lib/json-chunks.js';

async function chunksOf(value: object): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of jsonChunks(value)) chunks.push(chunk);
  return chunks;
}

describe('JSON in pieces', () => {
  it('is the same text as in one piece', async () => {
    const written = {
      at: new Date(0),
      none: undefined,
      call: () => 1,
      empty: {},
      no: [],
      gap: [undefined, 'a\nb'],
    };
    expect((await chunksOf(written)).join('')).toBe(JSON.stringify(written, null, 2));
    const objects = fc.object({ maxDepth: 4, withDate: true });
    await fc.assert(
      fc.asyncProperty(fc.oneof(objects, fc.array(objects)), async (value) => {
        expect((await chunksOf(value)).join('')).toBe(JSON.stringify(value, null, 2));
      }),
    );
  });

  it('comes about 64 kB at a time, however much a list holds', async () => {
    const messages = Array.from({ length: 3_000 }, (_, index) => ({ index, text: 'm'.repeat(1_000) }));
    const chunks = await chunksOf({ messages });
    expect(Math.max(...chunks.map(({ length }) => length))).toBeLessThan(70_000);
    expect(chunks.length).toBeGreaterThan(40);
  });
});
