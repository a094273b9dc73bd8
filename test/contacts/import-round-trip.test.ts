import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ExportFormat } from '../../src/modules/contacts/export/export.service.js';
import { ContactExportService } from '../../src/modules/contacts/index.js';
import { counts, ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';
const TWIN = '+5511987654322';

async function exported(tenantId: string, format: ExportFormat): Promise<Buffer> {
  const exports = new ContactExportService({ database: harness.test.database, contacts: harness.contacts });
  const { chunks } = await exports.export(tenantId, {}, format);
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
      },
    });
    await harness.contacts.create(from, { phoneNumber: TWIN, name: 'Bia', optedOut: true });
    const { tenantId, import: done } = await harness.run(await exported(from, format), {
      fileName: `contacts.${format}`,
    });
    expect(done).toMatchObject({ status: 'completed', counts: counts({ created: 2 }) });
    const [before, after] = await Promise.all([stored(from), stored(tenantId)]);
    expect(after).toEqual(before.map((row) => ({ ...row, source: row.optedOut ? 'import' : null })));
    // Once more into the same tenant: nothing has changed.
    const again = await harness.run(await exported(tenantId, format), { tenantId });
    expect(again.import.counts).toEqual(counts({ unchanged: 2 }));
  });
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

  it('hears it in a later row of the same number, too', async () => {
    const file = `phone,opted_out\n${PHONE},\n${TWIN},\n(11) 98765-4321,2026-01-01\n`;
    const { tenantId, import: done } = await harness.run(file, { limits: { batchRows: 2 } });
    expect(done.counts).toEqual(counts({ created: 2, duplicate: 1 }));
    expect(await stored(tenantId)).toMatchObject([{ optedOut: true }, { optedOut: false }]);
  });
});

it('the answer says what each column was taken for', async () => {
  const { import: done } = await harness.run(
    `Nome,Telefone,WhatsApp (com DDD),VIP,Descadastrado,Etiquetas\nAna,11 3333-4444,11 98765-4321,sim,,gold\n`,
    { mapping: { vip: { column: 'VIP', type: 'boolean' } } },
  );
  expect(done.columns).toEqual({
    phoneNumber: 'WhatsApp (com DDD)',
    otherPhoneNumbers: [],
    name: ['Nome'],
    tags: ['Etiquetas'],
    optedOut: ['Descadastrado'],
    attributes: [
      { key: 'vip', column: 'VIP', type: 'boolean' },
      { key: 'telefone', column: 'Telefone', type: 'text' },
    ],
    ignored: [],
  });
});

it('declared columns are stored as true and false', async () => {
  const { contacts, import: done } = await harness.run(
    `phone,VIP,Active\n${PHONE},não,FALSE\n${TWIN},sim,TRUE\n+5511987654323,talvez,\n`,
    { mapping: { vip: { column: 'VIP', type: 'boolean' } } },
  );
  expect(done.counts).toEqual(counts({ created: 2, invalid: 1 }));
  expect(contacts.map(({ attributes }) => attributes)).toEqual([
    { vip: false, active: 'FALSE' },
    { vip: true, active: 'TRUE' },
  ]);
});

it('the rejected rows of a file without titles are read as before once they are corrected', async () => {
  const first = await harness.run(`Ana;${PHONE};x\nBo;12;y\n`);
  expect(first.errors).toContain('line,reason,name,phone,column_3');
  const second = await harness.run(first.errors.replace(',12,', `,${TWIN},`));
  expect(second.contacts).toMatchObject([{ phone: TWIN, name: 'Bo', attributes: { column_3: 'y' } }]);
});
