import { describe, expect, it } from '@jest/globals';
import { findHeader } from '../../src/modules/contacts/import/core/header.js';

const PHONE = '+5511961238281';
const contact = ['Ana', PHONE, 'Recife'];
const titles = ['Nome', 'Telefone', 'Cidade'];

function find(rows: string[][], mapping = {}) {
  return findHeader(
    rows.map((cells, index) => ({ line: index + 1, cells })),
    mapping,
    'BR',
  );
}

describe('titles are found within the first ten rows', () => {
  it.each<[string, string[][], number]>([
    ['in the first row', [titles, contact], 0],
    ['below the name of the list', [['Clientes de março'], titles, contact], 1],
    ['below a name with the word WhatsApp', [['Lista WhatsApp 2026'], titles, contact], 1],
    [
      'below such a name, above a number that is none',
      [['Lista WhatsApp'], titles, ['Bia', '12', ''], contact],
      1,
    ],
    [
      'below such a name, with the number first',
      [['WhatsApp 2026'], ['Celular', 'Nome'], ['12', 'Bia'], [PHONE, 'Ana']],
      1,
    ],
    ['below a name and a date', [['Relatório', '', ''], ['03/04/2026', 'Loja 2', ''], titles, contact], 2],
    ["below the shop's own number", [['Loja Central', '(11) 3333-4444'], titles, contact], 1],
    ['below it, in as many cells', [['Loja X', '(11) 96157-9999', '30/11/2026'], titles, contact], 1],
    ['below a person who was pasted above', [['Bia', '+5511961238282', 'Natal'], titles, contact], 1],
    ['in the tenth row', [...Array.from({ length: 9 }, (_, index) => [`text ${index}`]), titles, contact], 9],
    ['above a row without a number', [titles, ['Bia', '', 'Natal'], contact], 0],
  ])('%s', (_, rows, above) => {
    const found = find(rows);
    expect(found).toMatchObject({ ok: true, above, plan: { hasHeader: true, titles: rows[above] } });
    expect(found.ok && found.warnings).toEqual(
      above === 0 ? [] : [expect.stringContaining(`in line ${above + 1}; ${above} row`)],
    );
  });

  it('not in a row of contacts whose name is a title', () => {
    const rows = [contact, ['Phone', PHONE, 'Natal'], ['Nome', 'Telefone', 'Cidade'], contact];
    expect(find(rows)).toMatchObject({ ok: true, above: 0, plan: { hasHeader: false } });
  });

  it.each([
    ['opt-outs', ['Nome', 'Foo', 'opted_out'], ['Ana', PHONE, 'yes']],
    ['a number that reads as one', ['Nome', 'CPF', 'Foo'], ['Ana', '41999887768', PHONE]],
    [
      'the reasons of rejected rows',
      ['line', 'reason', 'A', 'B'],
      ['2', 'the phone number is empty', 'Bo', PHONE],
    ],
  ])('titles without one of numbers refuse the file: they may tell of %s', (_, header, row) => {
    expect(find([header, row])).toEqual({ ok: false, reason: expect.stringContaining(`"${header[0]}"`) });
    expect(find([['Lista'], header, row])).toMatchObject({ ok: false });
  });

  it('there are none below the name of a list, where contacts follow', () => {
    expect(find([['Lista'], contact])).toMatchObject({
      above: 1,
      plan: { hasHeader: false },
      warnings: ['The first contact was found in line 2; 1 row above was left out.'],
    });
  });

  it('by a mapping to positions, the name of the list is no title either', () => {
    const mapping = { phoneNumber: '2' };
    expect(find([['Relatório', '', ''], ['Wer', 'Was', 'Wo'], contact], mapping)).toMatchObject({ above: 1 });
    expect(find([['Wer', 'Was', 'Wo'], ['Bia', '12', 'x'], contact], mapping)).toMatchObject({ above: 0 });
  });

  it('read without the quote that one of them opens', () => {
    const error = 'the line is not csv';
    const rows = [
      { line: 1, cells: ['Nome', '"Telefone', 'Cidade'], error },
      { line: 2, cells: contact },
    ];
    expect(findHeader(rows, {})).toMatchObject({
      plan: { titles, phone: 1 },
      warnings: [expect.stringMatching(/line 1 were read without their quotes/)],
    });
  });

  it('and when there are none, the reason shows the widest row', () => {
    expect(find([['Clientes'], ['nome', 'cidade'], ['Ana', 'Recife']])).toEqual({
      ok: false,
      reason: expect.stringMatching(/"nome", "cidade"/),
    });
  });
});

it('an opt-out from something else is left an attribute, with a warning', () => {
  const header = ['Nome', 'Telefone', 'Opt out of insurance'];
  const row = ['Ana', PHONE, 'yes'];
  const found = find([header, row]);
  expect(found).toMatchObject({
    ok: true,
    plan: { optOut: [], attributes: [{ key: 'opt_out_of_insurance' }] },
  });
  expect(found.ok && found.warnings).toEqual([
    expect.stringMatching(/"Opt out of insurance" opts nobody out.*map it to optedOut/),
  ]);
  expect(find([header, row], { optedOut: 'Opt out of insurance' })).toMatchObject({ ok: true, warnings: [] });
});
