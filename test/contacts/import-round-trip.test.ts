import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ContactFilter } from '../../src/modules/contacts/core/filter.js';
import type { ExportFormat } from '../../src/modules/contacts/export/export.service.js';
import { systemClock } from '../../src/lib/clock.js';
import {
  ContactExportService,
  knownNumbers,
  MergeService,
  unreachableReason,
} from '../../src/modules/contacts/index.js';
import { counts, ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';
const TWIN = '+5511987654322';

async function exported(tenantId: string, format: ExportFormat, filter: ContactFilter = {}): Promise<Buffer> {
  const exports = new ContactExportService({ database: harness.test.database, contacts: harness.contacts });
  const { chunks } = await exports.export(tenantId, filter, { format });
  const bytes: Buffer[] = [];
  for await (const chunk of chunks) bytes.push(Buffer.from(chunk));
  return Buffer.concat(bytes);
}

interface Stored {
  phone: string;
  name: string | null;
  attributes: Record<string, unknown>;
  tags: string[];
  optedOut: boolean;
  source: string | null;
}

function stored(tenantId: string): Promise<Stored[]> {
  return harness.test.database.manager.query(
    `SELECT phone, name, attributes, tags, opted_out_at IS NOT NULL AS "optedOut", opt_out_source AS source
     FROM contacts WHERE tenant_id = $1 ORDER BY phone`,
    [tenantId],
  );
}

describe.each<ExportFormat>(['csv', 'xlsx'])('an export as %s, imported again', (format) => {
  it('has the same names, tags, attributes and opt-outs', async () => {
    const from = await harness.test.createTenant();
    await harness.contacts.create(from, {
      phoneNumber: PHONE,
      name: '@ana',
      tags: ['vip', 'a=b', '=x'],
      attributes: {
        instagram: '@ana',
        discount: '-10%',
        quoted: "'=1",
        list: 'a;=b',
        note: 'two\nlines; "quoted"',
        line: '3',
        reason: '+5',
        padded: '  both ends\u00a0',
        blank: '   ',
        tab: '\t',
        tabbed: '\t=1',
        windows: 'a\r\nb',
        mac: 'a\rb\r',
        failed: '#N/A',
        marked: "'true",
        flag: 'true',
        shouted: 'FALSE',
        amount: '1.125',
        trailing: '1.250',
        brackets: '["a","b"]',
        loose: '[a, b]',
        unset: 'null',
      },
    });
    await harness.contacts.create(from, {
      phoneNumber: '+5511987654323',
      attributes: {
        vip: false,
        gold: true,
        tags: ['a', 'b;=c'],
        address: { city: 'Recife', zip: '01310-100' },
        weight: 1.125,
        debt: -1.125,
        price: 12.5,
      },
    });
    await harness.contacts.create(from, { phoneNumber: TWIN, name: 'Bia', optedOut: true });
    const { tenantId, import: done } = await harness.run(await exported(from, format), {
      fileName: `contacts.${format}`,
    });
    expect(done).toMatchObject({ status: 'completed', counts: counts({ created: 3 }) });
    const [before, after] = await Promise.all([stored(from), stored(tenantId)]);
    const csvHasNoNumbers = (row: Stored) =>
      format === 'csv' && row.attributes['price'] !== undefined
        ? { ...row, attributes: { ...row.attributes, price: '12.5' } }
        : row;
    expect(after).toEqual(
      before.map(csvHasNoNumbers).map((row) => ({ ...row, source: row.optedOut ? 'import' : null })),
    );
    // Once more into the same tenant: nothing has changed.
    const again = await harness.run(await exported(tenantId, format), { tenantId });
    expect(again.import.counts).toEqual(counts({ unchanged: 3 }));
  });

  it('has room for all attributes of a contact, and only the columns of its own', async () => {
    const from = await harness.test.createTenant();
    const many = (prefix: string) =>
      Object.fromEntries(Array.from({ length: 200 }, (_, index) => [`${prefix}${index}`, 'x']));
    await harness.contacts.create(from, { phoneNumber: PHONE, attributes: many('a') });
    await harness.contacts.create(from, { phoneNumber: TWIN, attributes: many('b'), tags: ['one'] });
    const all = await harness.run(await exported(from, format));
    expect(all.import).toMatchObject({ status: 'completed', counts: counts({ created: 2 }) });
    const one = await harness.run(await exported(from, format, { tags: ['one'] }));
    expect(one.import.columns?.attributes).toHaveLength(200);
    expect(await stored(one.tenantId)).toMatchObject([{ phone: TWIN, attributes: many('b') }]);
  });

  it('comes back the same by way of its rejected rows, however often', async () => {
    const from = await harness.test.createTenant();
    const attributes = {
      at: '@ana',
      apostrophe: "'=1",
      flag: 'true',
      vip: true,
      padded: ' x ',
      list: 'a;=b',
    };
    await harness.contacts.create(from, { phoneNumber: PHONE, name: '@ana', attributes });
    const file = (await exported(from, 'csv')).toString().replace(PHONE, '12');
    const first = await harness.run(file);
    const second = await harness.run(first.errors);
    const third = await harness.run(second.errors);
    expect(third.import.counts).toEqual(counts({ invalid: 1 }));
    const { tenantId } = await harness.run(third.errors.replace(',12,', `,${PHONE},`));
    expect(await stored(tenantId)).toMatchObject([{ name: '@ana', attributes }]);
  });
});

it('any text of an attribute comes back from an export', async () => {
  const character = fc.constantFrom(...Array.from(`'=+-@|%;, \t\r\n"a1.tf[]{}:＝`), 'true', '1.125', '#N/A');
  const text = fc.array(character, { minLength: 1, maxLength: 8 }).map((parts) => parts.join(''));
  const json = fc.oneof(text, fc.boolean(), fc.array(text, { maxLength: 3 }), fc.dictionary(text, text));
  const values = fc.sample(json, { numRuns: 190, seed: 10 });
  const attributes = Object.fromEntries(
    values.map((value, index) => [`k${index}`, value] as [string, unknown]),
  );
  const from = await harness.test.createTenant();
  await harness.contacts.create(from, { phoneNumber: PHONE, attributes });
  const [before] = await stored(from);
  for (const format of ['csv', 'xlsx'] as const) {
    const { tenantId } = await harness.run(await exported(from, format));
    expect((await stored(tenantId))[0]?.attributes).toEqual(before?.attributes);
  }
});

it('a row that is no csv is rejected again until its quote is gone', async () => {
  const file = `phone,name,city\n${PHONE},"Bo,Rome\n${TWIN},Bia,Rome\n`;
  const first = await harness.run(file);
  expect(first.import.counts).toEqual(counts({ created: 1, invalid: 1 }));
  const again = await harness.run(first.errors, { tenantId: first.tenantId });
  expect(again.import.counts).toEqual(counts({ invalid: 1 }));
  expect(again.errors).toContain('a quote opens in it that is not closed');
  const fixed = await harness.run(again.errors.replace('"""Bo"', 'Bo'), { tenantId: first.tenantId });
  expect(fixed.import.counts).toEqual(counts({ created: 1 }));
  expect(await stored(first.tenantId)).toMatchObject([{ phone: PHONE, name: 'Bo' }, { phone: TWIN }]);
});

it('positions of a mapping mean the same columns in the file of rejected rows', async () => {
  const mapping = { phoneNumber: '2', name: '1', city: '3' };
  const first = await harness.run(`Quem,Onde ligar,Cidade\nBo,12,Rome\n`, { mapping });
  const { tenantId } = await harness.run(first.errors.replace(',12,', `,${PHONE},`), { mapping });
  expect(await stored(tenantId)).toMatchObject([{ phone: PHONE, name: 'Bo', attributes: { city: 'Rome' } }]);
});

it('a stray quote behind a number is named in words', async () => {
  const { errors } = await harness.run(`phone\n${PHONE}"\n${TWIN}\n`);
  expect(errors).toContain('the phone number contains a quotation mark');
});

it('the rejected rows, corrected and imported again, have no line and no reason', async () => {
  const {
    tenantId,
    errors,
    import: first,
  } = await harness.run(`phone,name,discount\n+55119,@ana,-10%\n${TWIN},Bia,\n`);
  expect(first.counts).toEqual(counts({ created: 1, invalid: 1 }));
  await harness.run(errors.replace("'+55119", PHONE), { tenantId });
  expect(await stored(tenantId)).toMatchObject([
    { phone: PHONE, name: '@ana', attributes: { discount: '-10%' } },
    { phone: TWIN },
  ]);
});

async function suppressed(tenantId: string): Promise<{ phone: string; reason: string }[]> {
  return harness.test.database.manager.query(
    'SELECT address AS phone, reason FROM suppressions WHERE tenant_id = $1',
    [tenantId],
  );
}

describe('an import of people who opted out', () => {
  const FILE = `phone,name,Unsubscribed\n${PHONE},Ana,yes\n${TWIN},Bia,no\n`;

  it('opts them out, with a line in the history of consent', async () => {
    const { tenantId } = await harness.run(FILE, { consentSource: 'web form' });
    expect(await stored(tenantId)).toMatchObject([
      { phone: PHONE, optedOut: true, source: 'import', attributes: {} },
      { phone: TWIN, optedOut: false },
    ]);
    const lines: { phone: string; kind: string; source: string; proof: string }[] =
      await harness.test.database.manager.query(
        `SELECT c.phone, l.kind, l.source, l.proof FROM contact_consents l JOIN contacts c ON c.id = l.contact_id
         WHERE c.tenant_id = $1 ORDER BY c.phone`,
        [tenantId],
      );
    expect(lines).toEqual([
      { phone: PHONE, kind: 'withdrawn', source: 'import', proof: 'contacts.csv' },
      { phone: TWIN, kind: 'granted', source: 'web form', proof: 'contacts.csv' },
    ]);
  });

  it('opts out those who are there already, also where existing contacts are left alone, and counts them', async () => {
    const { tenantId } = await harness.run(`phone,name\n${PHONE},Ana\n${TWIN},Bia\n`);
    const skipped = await harness.run(FILE, { tenantId, onDuplicate: 'skip' });
    expect(skipped.import.counts).toEqual(counts({ updated: 1, unchanged: 1 }));
    expect(await stored(tenantId)).toMatchObject([{ optedOut: true }, { optedOut: false }]);
    expect((await harness.run(FILE, { tenantId })).import.counts).toEqual(counts({ unchanged: 2 }));
  });

  it('never opts in, and keeps the time and source of an earlier opt-out', async () => {
    const tenantId = await harness.test.createTenant();
    await harness.contacts.optOut(harness.test.database.manager, tenantId, TWIN, 'keyword');
    await harness.run(FILE, { tenantId });
    await harness.run(`phone,Opted out\n${TWIN},yes\n`, { tenantId });
    expect(await stored(tenantId)).toMatchObject([
      { phone: PHONE },
      { phone: TWIN, optedOut: true, source: 'keyword' },
    ]);
  });

  it('suppresses one who is no contact, in a row that is rejected', async () => {
    const spoilt = `${PHONE},${'A'.repeat(300)},yes`;
    const { tenantId } = await harness.run(`phone,name,opted_out\n${spoilt}\n`);
    expect(await stored(tenantId)).toEqual([]);
    const reason = 'opted out in a row that was rejected by an import';
    expect(await suppressed(tenantId)).toEqual([{ phone: PHONE, reason }]);
    // Within one batch the contact is made first, whichever row comes first; a contact needs no suppression.
    const both = await harness.run(`phone,name,opted_out\n${spoilt}\n${PHONE},Ana,\n`);
    expect(await stored(both.tenantId)).toMatchObject([{ phone: PHONE, optedOut: true, source: 'import' }]);
    expect(await suppressed(both.tenantId)).toEqual([]);
    // In two the number is on the list before it is a contact.
    const later = await harness.run(`phone,name,opted_out\n${spoilt}\n${PHONE},Ana,\n`, {
      limits: { batchRows: 1 },
    });
    expect(await suppressed(later.tenantId)).toMatchObject([{ phone: PHONE }]);
  });

  it.each([
    ['the number that stayed', `${PHONE},Ana,yes`],
    ['the one that went', `${TWIN},Ana,yes`],
    ['the one that went, in a row that is rejected', `${TWIN},${'A'.repeat(300)},yes`],
  ])('opts out a person of two merged contacts at both numbers by %s', async (_, row) => {
    const both = `phone\n${PHONE}\n${TWIN}\n`;
    const { tenantId } = await harness.run(both);
    const { database } = harness.test;
    const [kept, gone] = await knownNumbers(database.manager, tenantId, [PHONE, TWIN]);
    const merges = new MergeService({
      database,
      clock: systemClock,
      contacts: harness.contacts,
      records: [],
    });
    await merges.merge(tenantId, kept?.contactId ?? '', gone?.contactId ?? '');
    await harness.run(`phone,name,opted_out\n${row}\n`, { tenantId });
    await harness.run(both, { tenantId });
    const known = await knownNumbers(database.manager, tenantId, [PHONE, TWIN]);
    expect(known.filter((number) => !unreachableReason(number))).toEqual([]);
    expect(known[0]).toMatchObject({ optOutSource: 'import' });
  });

  it('hears it in a later row of the same number, too', async () => {
    const file = `phone,opted_out\n${PHONE},\n${TWIN},\n(11) 98765-4321,2026-01-01\n`;
    const { tenantId, import: done } = await harness.run(file, { limits: { batchRows: 2 } });
    expect(done.counts).toEqual(counts({ created: 2, duplicate: 1 }));
    expect(await stored(tenantId)).toMatchObject([{ optedOut: true }, { optedOut: false }]);
  });
});

it('the answer says what each column was taken for', async () => {
  const { import: done } = await harness.run(
    `Nome,DDD,Telefone,WhatsApp (com DDD),VIP,Descadastrado,Etiquetas\nAna,11,3333-4444,11 98765-4321,sim,,gold\n`,
    { mapping: { vip: { column: 'VIP', type: 'boolean' } } },
  );
  expect(done.columns).toEqual({
    phoneNumber: 'WhatsApp (com DDD)',
    otherPhoneNumbers: ['Telefone'],
    country: [],
    areaCode: ['DDD'],
    name: ['Nome'],
    tags: ['Etiquetas'],
    optedOut: ['Descadastrado'],
    attributes: [
      { key: 'vip', column: 'VIP', type: 'boolean' },
      { key: 'ddd', column: 'DDD', type: 'text' },
      { key: 'telefone', column: 'Telefone', type: 'text' },
    ],
    ignored: [],
  });
});

it('declared columns are stored as true and false', async () => {
  const { contacts, import: done } = await harness.run(
    `phone,VIP,Active\n${PHONE},não,FALSE\n${TWIN},sim,TRUE\n+5511987654323,talvez,\n+5511987654324,n/a,\n`,
    { mapping: { vip: { column: 'VIP', type: 'boolean' } } },
  );
  expect(done.counts).toEqual(counts({ created: 3, invalid: 1 }));
  expect(contacts.map(({ attributes }) => attributes)).toEqual([
    { vip: false, active: 'FALSE' },
    { vip: true, active: 'TRUE' },
    {},
  ]);
});

it('the rejected rows of a file without titles are read as before once they are corrected', async () => {
  const first = await harness.run(`Ana;${PHONE};x\nBo;12;y\n`);
  expect(first.errors).toContain('line,reason,name,phone,column_3');
  const second = await harness.run(first.errors.replace(',12,', `,${TWIN},`));
  expect(second.contacts).toMatchObject([{ phone: TWIN, name: 'Bo', attributes: { column_3: 'y' } }]);
});
