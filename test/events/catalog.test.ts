import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { eventCatalog, type EventKind } from '../../src/modules/events/core/catalog.js';

const ajv = new Ajv2020({ strict: true, allowUnionTypes: true });
const page = readFileSync(new URL('../../docs/events.md', import.meta.url), 'utf8');
const kinds = Object.keys(eventCatalog) as EventKind[];

/** The kinds that have a row in a table of the page, `| sender.paused | ... |`. */
const documented = [...page.matchAll(/^\| `([a-z_]+\.[a-z_]+)`/gm)].map(([, kind]) => kind ?? '');

describe('the kinds of events', () => {
  it('are those of docs/events.md, one line about each', () => {
    expect(documented.toSorted()).toEqual(kinds.toSorted());
  });

  it.each(kinds)('%s has a schema, which its example fits and others do not', (kind) => {
    const { payload, example } = eventCatalog[kind];
    const fits = ajv.compile(payload);
    expect(fits(example) ? [] : fits.errors).toEqual([]);
    expect(fits({ ...example, more: 1 })).toBe(false);
    const fields = Object.keys(example);
    for (const field of fields) {
      expect(fits({ ...example, [field]: undefined })).toBe(false);
      expect(page).toContain(`\`${field}\``);
    }
  });
});
