import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { firstName, titleCase } from '../../src/modules/content/core/templates/person-names.js';
import { analyseTemplate } from '../../src/modules/content/core/templates/template-analysis.js';
import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

function render(content: string, variables: Record<string, unknown>) {
  const scope = templateScope({ phone: '+5511987654321', name: null, variables });
  const rendered = renderPart({ type: 'text', content }, scope);
  if (!rendered.ok) return rendered;
  // Intl puts no-break spaces between a sign and its number.
  return rendered.content.type === 'text' ? rendered.content.text.replaceAll(/[\u00a0\u202f]/g, ' ') : '';
}

describe('first_name', () => {
  it.each([
    ['Ana Maria Silva', 'Ana'],
    ['  ana  ', 'ana'],
    ['Silva, Ana Maria', 'Ana'],
    ['Dr. João da Silva', 'João'],
    ['Sra. Profª Ana', 'Profª'],
    ['Don', 'Don'],
    ['Mr', 'Mr'],
    ['Jean-Luc Picard', 'Jean-Luc'],
    ['李 小龍', '李'],
    ['Ana,', 'Ana'],
    ['✨ Ana ✨', 'Ana'],
    ['~ Dr. Ana', 'Ana'],
    ['✨', '✨'],
    ['+5511987654321', '+5511987654321'],
  ])('of %s is %s', (name, expected) => {
    expect(firstName(name)).toBe(expected);
  });

  it('is one of the words of the name', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-zé]+( [a-zé]+){0,3}$/), (name) => {
        expect(name.split(' ')).toContain(firstName(name));
      }),
    );
  });
});

describe('title_case', () => {
  it.each([
    ['JOÃO DA SILVA', 'João da Silva'],
    ['maria das dores e souza', 'Maria das Dores e Souza'],
    ['de la cruz', 'De la Cruz'],
    ["o'neill", "O'Neill"],
    ["D'ÁVILA", "D'Ávila"],
    ["it's on", "It's on"],
    ['jean-luc PICARD', 'Jean-Luc Picard'],
    ['Ronald McDonald', 'Ronald McDonald'],
    ['ludwig van beethoven', 'Ludwig van Beethoven'],
    ['élodie  ÇELIK', 'Élodie  Çelik'],
    ['ЖАННА иванова', 'Жанна Иванова'],
    ['(ana)', '(Ana)'],
  ])('of %s is %s', (text, expected) => {
    expect(titleCase(text)).toBe(expected);
  });

  it('knows the letters of a language', () => {
    expect(titleCase('istanbul', 'tr-TR')).toBe('İstanbul');
    expect(render('{{ city | title_case: "tr" }}', { city: 'IĞDIR' })).toBe('Iğdır');
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(..."aBÉßçñЖя'- .dO2".split('')) }), (text) => {
        expect(titleCase(titleCase(text))).toBe(titleCase(text));
      }),
      { examples: [["ß'aa"]] },
    );
  });
});

describe('dates, money and numbers', () => {
  it.each([
    [
      '{{ at | date_in: "pt-BR", "America/Sao_Paulo", "long" }}',
      '2026-03-02T01:30:00Z',
      '1 de março de 2026',
    ],
    ['{{ at | date_in: "pt-BR", "America/Sao_Paulo" }}', '2026-03-02', '2 de março de 2026'],
    ['{{ at | date_in: "en-US", "Asia/Tokyo", "full" }}', '2026-03-01T20:00:00Z', 'Monday, March 2, 2026'],
    ['{{ at | date_in: "de", "Europe/Berlin", "short" }}', '2026-03-02', '02.03.26'],
    ['{{ at | date_in: "pt-BR", "America/Sao_Paulo", "time" }}', '2026-03-02T13:05:00+02:00', '08:05'],
    ['{{ at | date_in: "pt-BR", "America/Sao_Paulo", "time" }}', '2026-03-02 13:05', '13:05'],
    ['{{ at | date_in: "en-GB", "UTC", "datetime" }}', 1_772_445_600, '2 March 2026 at 10:00'],
    ['{{ at | date_in: "en-GB", "UTC", "medium" }}', 1_772_445_600_000, '2 Mar 2026'],
    ['{{ at | date_in: "pt-BR", "UTC", "weekday" }}', '2026-03-02', 'segunda-feira'],
    ['{{ at | currency: "BRL", "pt-BR" }}', 1234.5, 'R$ 1.234,50'],
    ['{{ at | currency: "JPY", "ja-JP" }}', '1234', '￥1,234'],
    ['{{ at | currency: "EUR", "de-DE" }}', '-0.5', '-0,50 €'],
    ['{{ at | number: "pt-BR" }}', '1234567.891', '1.234.567,891'],
    ['{{ at | number: "en-US", 2 }}', 1234, '1,234.00'],
    ['{% assign zone = "UTC" %}{{ at | date_in: "en-US", zone, "short" }}', '2026-03-02', '3/2/26'],
    ['{{ at | plus: 1 | number: "en-US" }}', 999, '1,000'],
  ])('%s of %j', (content, at, expected) => {
    expect(analyseTemplate(content)).toMatchObject({ ok: true });
    expect(render(content, { at })).toBe(expected);
  });

  it('a value that is none fails the text of this recipient, with the reason', () => {
    expect(render('{{ at | date_in: "pt-BR", "UTC" }}', { at: '2026-02-30' })).toMatchObject({
      code: 'template_failed',
      reason: expect.stringContaining('"2026-02-30" is no date; give 2026-03-02'),
    });
    expect(render('{{ at | currency: "BRL", "pt-BR" }}', { at: '1.234,50' })).toMatchObject({
      code: 'template_failed',
      reason: expect.stringContaining('"1.234,50" is no number; write it as 1234.5'),
    });
    for (const at of ['soon', 'now', '2026-13-01', '02/03/2026', true, { a: 1 }, [1]]) {
      expect(render('{{ at | date_in: "pt-BR", "UTC" }}', { at })).toMatchObject({ code: 'template_failed' });
    }
  });

  it('a missing value takes the default behind the filter, or is missing', () => {
    const withDefault = (filter: string) => `{{ at | ${filter} | default: "?" }}`;
    for (const filter of ['currency: "BRL", "pt-BR"', 'number: "pt"', 'date_in: "pt", "UTC"', 'first_name']) {
      expect(render(withDefault(filter), {})).toBe('?');
      expect(render(`{{ at | ${filter} }}`, {})).toMatchObject({ code: 'template_missing_variable' });
    }
  });

  it('days are read as they are written, in every zone', () => {
    const day = fc.date({ min: new Date('1970-01-01'), max: new Date('2100-01-01'), noInvalidDate: true });
    fc.assert(
      fc.property(day, fc.constantFrom('Pacific/Kiritimati', 'Pacific/Niue', 'UTC'), (date, zone) => {
        const at = date.toISOString().slice(0, 10);
        const shown = render(`{{ at | date_in: "sv-SE", "${zone}", "short" }}`, { at });
        expect(shown).toBe(at);
      }),
    );
  });
});

describe('a filter that is not right', () => {
  it.each([
    ['{{ name | nosuch }}', 'undefined filter: nosuch'],
    ['{{ at | date_in }}', 'date_in: argument 1 must be a locale such as "pt-BR"'],
    ['{{ at | date_in: "english", "UTC" }}', 'argument 1 must be a locale such as "pt-BR", not "english"'],
    ['{{ at | date_in: "pt-BR" }}', 'argument 2 must be a time zone such as "America/Sao_Paulo"'],
    ['{{ at | date_in: "pt-BR", "Brasilia" }}', 'not "Brasilia"'],
    ['{{ at | date_in: "pt-BR", "UTC", "LONG" }}', 'argument 3 must be one of full, long'],
    ['{{ at | currency: "R$", "pt-BR" }}', 'argument 1 must be a currency such as "BRL", not "R$"'],
    ['{{ at | currency: "BRL" }}', 'argument 2 must be a locale'],
    ['{{ at | number: "pt-BR", 99 }}', 'a number of decimals from 0 to 20, not 99'],
    ['{{ at | first_name: "x" }}', 'first_name takes at most 0 arguments'],
    ['{% if at %}{% assign x = at | number %}{% endif %}', 'number: argument 1'],
    ['{a|{{ at | number }}}', 'number: argument 1'],
  ])('%s is refused with its place', (content, message) => {
    const analysis = analyseTemplate(content);
    expect(analysis).toMatchObject({ ok: false, error: { line: 1, column: expect.any(Number) } });
    expect(analysis.ok ? '' : analysis.error.message).toContain(message);
  });

  it('with arguments from the recipient fails for those it cannot work for', () => {
    const content = '{{ at | date_in: locale, "UTC", "short" }}';
    expect(analyseTemplate(content)).toMatchObject({ ok: true });
    expect(render(content, { at: '2026-03-02', locale: 'en-US' })).toBe('3/2/26');
    expect(render(content, { at: '2026-03-02', locale: 'klingon' })).toMatchObject({
      code: 'template_failed',
    });
  });
});
