import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { counts, ImportHarness } from './import-harness.js';

let harness: ImportHarness;
beforeAll(async () => {
  harness = await ImportHarness.create();
});
afterAll(() => harness.close());

const PHONE = '+5511987654321';
const TWIN = '+5511987654322';

function stored(tenantId: string): Promise<{ phone: string; optedOut: boolean; source: string | null }[]> {
  return harness.test.database.manager.query(
    `SELECT phone, opted_out_at IS NOT NULL AS "optedOut", opt_out_source AS source
     FROM contacts WHERE tenant_id = $1 ORDER BY phone`,
    [tenantId],
  );
}

describe('an opt-out in a row that is rejected', () => {
  it.each([
    ['a long note', `${PHONE},Ana,yes,${'x'.repeat(5_000)},no`],
    ['a long name', `${PHONE},${'x'.repeat(300)},yes,,no`],
    ['a cell too many', `${PHONE},Ana,yes,,no,more`],
    ['neither true nor false', `${PHONE},Ana,yes,,maybe`],
  ])('counts: %s', async (_, row) => {
    const { tenantId } = await harness.run(`phone,name\n${PHONE},Ana\n${TWIN},Bia\n`);
    const again = await harness.run(`phone,name,opted_out,note,vip\n${row}\n${TWIN},Bia,,,no\n`, {
      tenantId,
      mapping: { vip: { column: 'vip', type: 'boolean' } },
    });
    expect(again.import.counts).toMatchObject({ invalid: 1 });
    expect(await stored(tenantId)).toMatchObject([
      { phone: PHONE, optedOut: true, source: 'import' },
      { phone: TWIN, optedOut: false },
    ]);
  });
});

describe('a column of a status', () => {
  const run = async (title: string, cell: string) => {
    const { tenantId, import: done } = await harness.run(`phone,${title}\n${PHONE},"${cell}"\n`);
    expect(done.counts).toEqual(counts({ created: 1 }));
    return (await stored(tenantId))[0];
  };

  it.each([
    ['Status', 'Unsubscribed'],
    ['Status', 'opted_out'],
    ['Contact status', 'OPTED OUT (SMS)'],
    ['Situação', 'Descadastrado'],
    ['Situação do cliente', 'descadastrada'],
    ['Estado', 'Desuscrito'],
    ['Statut', 'Désabonnée'],
    ['Lead Status', 'Unsubscribed on 2026-01-05'],
    ['Статус', 'Отписался'],
    ['状态', '已退订'],
    ['Opt-Out Status', 'Yes'],
    ['Bloqueado para envio', 'sim'],
    ['Pediu para não receber', 'sim'],
    ['Do not WhatsApp', 'x'],
    ['Respondeu SAIR', 'sim'],
    ['Opt out via', 'SMS'],
    ['opt_out_status', '1'],
    ['Opt-in status', 'no'],
  ])('%s: %s opts out', async (title, cell) => {
    expect(await run(title, cell)).toMatchObject({ optedOut: true });
  });

  it.each([
    ['Status', 'Blocked'],
    ['Status', 'declined'],
    ['Status', 'no'],
    ['Status', 'Re-subscribed'],
    ['Status', 'Not unsubscribed'],
    ['Estado', 'Baja California'],
    ['Estado', 'baja'],
    ['Situação', 'cancelado'],
    ['E-mail status', 'Unsubscribed'],
    ['Status', 'Unsubscribed from newsletter'],
    ['Opt-Out Status', 'No'],
    ['Opt-in status', 'yes'],
  ])('%s: %s does not, and stays an attribute', async (title, cell) => {
    expect(await run(title, cell)).toMatchObject({ optedOut: false });
  });
});

describe('where the first column of numbers has none', () => {
  it.each([
    ['WhatsApp,Celular,Telefone', ',(11) 98765-4321,1133334444'],
    ['WhatsApp,Celular,Telefone', ',,(11) 98765-4321'],
    ['WhatsApp,Celular,Telefone', '-,não tem,(11) 98765-4321'],
    ['Qual é o seu WhatsApp?,Telefone celular (com DDD) *', '#N/A,(11) 98765-4321'],
    ['Phone Number,Mobile Phone Number', '(11) 98765-4321,'],
    ['WhatsApp,Phone 1,Phone 2', ',,(11) 98765-4321'],
    ['WhatsApp,Alternate phone', ',(11) 98765-4321'],
    ['Phone,Phone', ',(11) 98765-4321'],
    [
      'WhatsApp,Phone 1 - Type,Phone 1 - Value,Phone 2 - Type,Phone 2 - Value',
      ',Home,1133334444,Mobile,11987654321',
    ],
  ])('the next is taken: %s with %s', async (titles, row) => {
    const { contacts } = await harness.run(`${titles},Nome\n${row},Ana\n`);
    expect(contacts).toMatchObject([{ phone: PHONE, name: 'Ana' }]);
  });

  it.each([
    ['WhatsApp,Telefone da mãe', ',(11) 98765-4321'],
    ['WhatsApp,Celular do vendedor', ',(11) 98765-4321'],
    ['WhatsApp,Telefone fixo da empresa', ',1133334444'],
    ['WhatsApp,Phone (parents)', ',(11) 98765-4321'],
  ])('no number is taken that may be another one: %s', async (titles, row) => {
    const { contacts, import: done, errors } = await harness.run(`Nome,${titles}\nAna,${row}\n`);
    expect(contacts).toEqual([]);
    expect(done.columns?.otherPhoneNumbers).toEqual([]);
    expect(errors).toContain('the phone number is empty');
  });

  it('what is tried is named in its order, and a column that begins with dashes is still one', async () => {
    const empty = Array.from({ length: 12 }, (_, index) => `x,-,+55119${80_000_000 + index},`).join('\n');
    const { contacts, import: done } = await harness.run(
      `Nome,WhatsApp,Celular,Telefone\n${empty}\nAna,${PHONE},,1133334444\n`,
    );
    expect(done.columns).toMatchObject({
      phoneNumber: 'WhatsApp',
      otherPhoneNumbers: ['Celular', 'Telefone'],
    });
    expect(contacts.at(-1)).toMatchObject({ phone: PHONE, name: 'Ana' });
    expect(contacts).toHaveLength(13);
  });
});
