import { expect } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventCatalog, type EventKind } from '../../src/modules/events/core/catalog.js';
import type { Written } from './written.js';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const MOST_BYTES = 20_000;
/** As many digits as the shortest numbers have, with what people write between them. */
const NUMBER = /\d(?:[ ().-]?\d){6,}/;

const TIME = /\d{4}-\d\d-\d\dT[\d:.]+Z/g;

/** All of these kinds are among what was written; payloads fit their schemas, are small, and hold no text and no number. */
export function expectFitting(
  written: readonly Written[],
  kinds: readonly EventKind[],
  texts: readonly string[],
): void {
  expect([...new Set(written.map(({ kind }) => kind))].toSorted()).toEqual([...kinds].toSorted());
  for (const kind of kinds) {
    const fits = ajv.compile(eventCatalog[kind].payload);
    for (const { payload } of written.filter((event) => event.kind === kind)) {
      const shown = JSON.stringify(payload);
      expect([fits(payload), fits.errors, shown]).toEqual([true, null, shown]);
      expect(Buffer.byteLength(shown)).toBeLessThan(MOST_BYTES);
      expect(shown.replaceAll(TIME, '')).not.toMatch(NUMBER);
      for (const text of texts) expect(shown).not.toContain(text);
    }
  }
}
