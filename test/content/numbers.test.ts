import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { analyseTemplate } from '../../src/modules/content/core/templates/template-analysis.js';
import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

function render(content: string, variables: Record<string, unknown> = {}) {
  const scope = templateScope({ phone: '+5511987654321', name: null, variables });
  const rendered = renderPart({ type: 'text', content }, scope);
  if (!rendered.ok) return rendered;
  return rendered.content.type === 'text' ? rendered.content.text.replaceAll(/[\u00a0\u202f]/g, ' ') : '';
}

const failed = (reason: string) => ({ code: 'template_failed', reason: expect.stringContaining(reason) });

const calculations = [
  'plus: 1',
  'minus: 1',
  'times: 1.02',
  'divided_by: 2',
  'modulo: 2',
  'at_least: 1',
  'at_most: 1',
  'abs',
  'ceil',
  'floor',
  'round',
  'round: 2',
  'to_integer',
  'sum',
];
/** Texts that people write for amounts, or in their place. */
const noNumbers = [
  '1.250,90',
  '1,250.90',
  'R$ 100',
  '100 R$',
  '12,5',
  '1 250',
  '50%',
  'abc',
  '1e3',
  '٣',
  '１２',
  '1.2.3',
  '--1',
  '5-',
  '0x10',
  '1.250',
  '12345678901234567890',
];

describe('calculating', () => {
  it.each([
    ['{{ v | times: 1.02 | currency: "BRL", "pt-BR" }}', '1250.90', 'R$ 1.275,92'],
    ['{{ v | plus: 1 }}', '41', '42'],
    ['{{ v | plus: 0.2 }}', 0.1, '0.3'],
    ['{{ v | times: 3 }}', ' 19.99 ', '59.97'],
    ['{{ v | times: 100 }}', '4.35', '435'],
    ['{{ v | minus: "2" }}', '+5', '3'],
    ['{{ v | divided_by: 2 }}', '5', '2.5'],
    ['{{ v | divided_by: 2, true }}', '5', '2'],
    ['{{ v | modulo: 3 }}', '-7', '2'],
    ['{{ v | abs }}', '-.5', '0.5'],
    ['{{ v | to_integer }}', '42', '42'],
    ['{{ v | ceil }}', '1.2', '2'],
    ['{{ v | floor }}', '-1.2', '-2'],
    ['{{ v | round }}', '2.5', '3'],
    ['{{ v | round: 2 }}', 1.005, '1.01'],
    ['{{ v | round: -2 }}', '1250', '1300'],
    ['{{ v | at_least: 10 }}', '3', '10'],
    ['{{ v | at_most: 10 }}', '30', '10'],
    ['{{ v | sum }}', ['1', 2, '3.5'], '6.5'],
    ['{{ v | sum: "price" }}', [{ price: '1.5' }, { price: 2 }], '3.5'],
    ['{% assign total = v | plus: 1 %}{{ total | times: 2 }}', 2, '6'],
    ['{{ v | times: 2 }}', 2.125, '4.25'],
  ])('%s of %j is %s', (content, v, text) => {
    expect(analyseTemplate(content)).toMatchObject({ ok: true });
    expect(render(content, { v })).toBe(text);
  });

  it.each(calculations)('with what is no plain number fails: %s', (filter) => {
    for (const v of noNumbers) {
      expect([v, render(`{{ v | ${filter} }}`, { v })]).toMatchObject([v, failed('is no number')]);
    }
    for (const v of [true, { a: 1 }])
      expect(render(`{{ v | ${filter} }}`, { v })).toMatchObject(failed('no number'));
  });

  it.each(['plus', 'minus', 'times', 'divided_by', 'modulo', 'at_least', 'at_most'])(
    'the other number of %s must be plain, too',
    (filter) => {
      for (const v of noNumbers) {
        expect(render(`{{ 5 | ${filter}: v }}`, { v })).toMatchObject(failed('must be a plain number'));
        expect(analyseTemplate(`{{ v | ${filter}: "${v}" }}`)).toMatchObject({ ok: false });
      }
      expect(analyseTemplate(`{{ v | ${filter} }}`)).toMatchObject({ ok: false });
    },
  );

  it('a sum with one that is no number fails', () => {
    expect(render('{{ v | sum }}', { v: [1, '2,5'] })).toMatchObject(failed('"2,5" is no number'));
    expect(render('{{ v | sum: "price" }}', { v: [{ price: 1 }, { name: 'x' }] })).toMatchObject(
      failed('no number'),
    );
  });

  it('says how to read what it does not', () => {
    expect(render('{{ v | plus: 1 }}', { v: '1.250,90' })).toMatchObject(failed('number: "pt-BR"'));
    expect(render('{{ v | plus: 1 }}', { v: '1.250' })).toMatchObject(
      failed('it is 1250 to some and 1.25 to others'),
    );
    expect(render('{{ v | currency: "BRL", "pt-BR" }}', { v: '1.250' })).toMatchObject(
      failed('1250 to some'),
    );
  });

  it('has a result or fails', () => {
    for (const content of [
      '{{ v | divided_by: 0 }}',
      '{{ v | modulo: 0 }}',
      '{{ v | times: 999999999999999 }}',
    ]) {
      expect(render(content, { v: 5_000 })).toMatchObject(failed('the calculation has no result'));
    }
  });

  it('without a value there is none, and a default takes its place', () => {
    expect(render('{{ v | plus: 1 }}')).toMatchObject({ code: 'template_missing_variable' });
    expect(render('{{ v | plus: 1 | default: "?" }}')).toBe('?');
    expect(render('{{ 5 | plus: v | default: "?" }}')).toBe('?');
    expect(render('{{ v | default: 0 | plus: 1 }}')).toBe('1');
    expect(render('{{ v | strip | plus: 1 | default: "?" }}')).toBe('?');
    for (const hole of [
      '{{ v | first | plus: 1 }}',
      '{{ v | first | currency: "BRL", "pt" }}',
      '{{ v | first | date }}',
    ]) {
      expect(render(hole, { v: [] })).toMatchObject(failed('a value is missing'));
    }
    expect(render('{% assign n = v | first | plus: 1 %}{{ n }}', { v: [] })).toMatchObject({
      code: 'template_missing_variable',
    });
  });
});

describe('comparing', () => {
  const said = (condition: string, variables: Record<string, unknown>) =>
    render(`{% if ${condition} %}yes{% else %}no{% endif %}`, variables);

  it.each([
    ['v > 100', { v: '900' }, 'yes'],
    ['v > limit', { v: '900', limit: '1000' }, 'no'],
    ['v <= limit', { v: '900', limit: 900 }, 'yes'],
    ['v >= "2026-03-01"', { v: '2026-03-02T10:00:00Z' }, 'yes'],
    ['v < other', { v: 'Ana', other: 'Bia' }, 'yes'],
    ['v > 5', {}, 'no'],
    ['v < 5', {}, 'no'],
    ['v > empty', { v: 'a' }, 'no'],
    ['v > ""', { v: 'R$ 5' }, 'yes'],
    ['v > 2 and v < 4', { v: 3 }, 'yes'],
  ])('%s with %j: %s', (condition, variables, text) => {
    expect(said(condition, variables)).toBe(text);
  });

  it.each([
    ['v > 1000', { v: '1.250,90' }],
    ['1000 < v', { v: 'R$ 1250' }],
    ['v > limit', { v: '1.250,90', limit: '900,00' }],
    ['v > limit', { v: '900', limit: '1.250' }],
    ['v >= 18', { v: 'adult' }],
    ['v < "2026-12-01"', { v: '03/04/2026' }],
  ])('%s with %j has no right answer', (condition, variables) => {
    expect(said(condition, variables)).toMatchObject(failed('is no number'));
    const unless = `{% unless ${condition} %}x{% endunless %}`;
    expect(render(unless, variables)).toMatchObject({ code: 'template_failed' });
  });

  it.each([
    ['v == 100', { v: '100' }, 'yes'],
    ['100 == v', { v: '100' }, 'yes'],
    ['v == 100', { v: 100 }, 'yes'],
    ['v == 100', { v: ' 100.0 ' }, 'yes'],
    ['v == 100', { v: '101' }, 'no'],
    ['v != 100', { v: '100' }, 'no'],
    ['v != 100', { v: '5' }, 'yes'],
    ['v == "100"', { v: 100 }, 'yes'],
    ['v == other', { v: '5', other: 5 }, 'yes'],
    ['v == -1.5', { v: '-1.50' }, 'yes'],
    // A code is a text, letter by letter.
    ['v == "7"', { v: '007' }, 'no'],
    ['v == other', { v: '5', other: '5.0' }, 'no'],
    ['v == 100', { v: 'gold' }, 'no'],
    ['v != 100', { v: 'gold' }, 'yes'],
    ['v == 12', { v: '12-34' }, 'no'],
    ['v == 5', { v: '12345678901234567890' }, 'no'],
    ['v == 3', { v: '3 rooms' }, 'no'],
    ['v == 100', {}, 'no'],
    ['v == 0', {}, 'no'],
    ['v == true', { v: true }, 'yes'],
    ['v == 1', { v: true }, 'no'],
    ['v == true', { v: 'true' }, 'no'],
    ['v == empty', { v: [] }, 'yes'],
    ['v == blank', { v: 5 }, 'no'],
    ['v contains 5', { v: ['1', '5'] }, 'yes'],
    ['v contains "5"', { v: [1, 5] }, 'yes'],
    ['v contains "5"', { v: 1.25 }, 'yes'],
    ['v contains 5', { v: 'a5b' }, 'yes'],
    ['v contains "x"', { v: 1.25 }, 'no'],
  ])('%s with %j: %s', (condition, variables, text) => {
    expect(said(condition, variables)).toBe(text);
  });

  it('case asks as == does', () => {
    const text = '{% case v %}{% when 1, 100 %}hundred{% when "gold" %}gold{% else %}none{% endcase %}';
    expect(['100', 100, '1', 'gold', '5', [100]].map((v) => render(text, { v }))).toEqual([
      'hundred',
      'hundred',
      'hundred',
      'gold',
      'none',
      'none',
    ]);
    expect(render('{% case v %}{% when "100" %}yes{% endcase %}', { v: 100 })).toBe('yes');
    expect(render(text, {})).toBe('none');
  });

  it.each(['1.250', '0,00', '1.250,90', 'R$ 100', '1 250', '１２'])(
    'whether %s is a number depends on the reader, so that a text that asks fails',
    (v) => {
      expect(said('v == 0', { v })).toMatchObject(failed('is no number'));
      expect(said('v != 0', { v })).toMatchObject(failed('is no number'));
      expect(render('{% case v %}{% when 0 %}x{% endcase %}', { v })).toMatchObject(failed('is no number'));
      expect(said(`v == "${v}"`, { v })).toBe('yes');
    },
  );

  it('goes by a number that was read', () => {
    const read = '{% assign n = v | number: "pt-BR" %}';
    expect(render(`${read}{% if n > 1000 %}{{ n }}{% endif %}`, { v: '1.250,90' })).toBe('1.250,9');
    expect(
      render(`${read}{% if 1000 < n and n == 1250.9 and n != 3 %}yes{% endif %}`, { v: '1.250,90' }),
    ).toBe('yes');
    expect(render(`${read}{% case n %}{% when 1250.9 %}yes{% endcase %}`, { v: '1.250,90' })).toBe('yes');
  });
});

describe('reading a number as a locale writes it', () => {
  it.each([
    ['pt-BR', '1.250,90', '1250.9'],
    ['pt-BR', '1250,90', '1250.9'],
    ['pt-BR', '1.250', '1250'],
    ['pt-BR', '-1.234.567,5', '-1234567.5'],
    ['pt-BR', '0,5', '0.5'],
    ['pt-BR', '1234.5', '1234.5'],
    ['pt-BR', 1250.9, '1250.9'],
    ['en-US', '1,250.90', '1250.9'],
    ['en-US', '1.250', '1.25'],
    ['de-DE', '1.250,90', '1250.9'],
    ['de-CH', '1\u2019250.90', '1250.9'],
    ['de-CH', "1'250.90", '1250.9'],
    ['de-AT', '1.250,90', '1250.9'],
    ['de-AT', '1 250,90', '1250.9'],
    ['fr-FR', '1 250,90', '1250.9'],
    ['fr-FR', '1\u202f250,90', '1250.9'],
    ['fr-FR', '1\u00a0250,90', '1250.9'],
    ['es', '1.250,90', '1250.9'],
    ['pl', '12 345,60', '12345.6'],
    ['sv', '\u22121 250,5', '-1250.5'],
    ['en-IN', '12,34,567.50', '1234567.5'],
    ['hi-IN', '१२,३४,५६७.५', '1234567.5'],
    ['ar-EG', '١٬٢٥٠٫٩', '1250.9'],
    ['ar-EG', '1,250.9', '1250.9'],
    ['fa', '۱٬۲۵۰٫۹', '1250.9'],
    ['ja-JP', '１，２５０．９', '1250.9'],
    ['bn-BD', '১২,৩৪,৫৬৭.৫', '1234567.5'],
  ])('%s: %s is %s', (locale, v, number) => {
    expect(render(`{{ v | number: "${locale}" | times: 1 }}`, { v })).toBe(number);
  });

  it.each([
    ['pt-BR', '1,250.90'],
    ['pt-BR', '1.25'.concat('0,9.0')],
    ['pt-BR', '12.50,90'],
    ['pt-BR', '1.2500,90'],
    ['pt-BR', '1250.900,90'],
    ['pt-BR', '.250,90'],
    ['pt-BR', '1.250,'],
    ['pt-BR', '0.250,90'],
    ['pt-BR', 'R$ 1.250,90'],
    ['pt-BR', '1 250,90'],
    ['pt-BR', '1.250,90-'],
    ['pt-BR', '12.345.678.901.234.567'],
    ['en-US', '1.250,90'],
    ['en-US', '12,34,567'],
    ['en-US', '1,25'],
    ['en-IN', '1,234,567'],
    ['sv', '1.250'],
    ['ar-EG', '١,٢٥٠.٩'],
    ['hi-IN', '१2'],
    ['fr-FR', '1  250'],
    ['pt-BR', 'dez'],
    ['pt-BR', '9'.repeat(500)],
  ])('%s: %s is none', (locale, v) => {
    expect(render(`{{ v | number: "${locale}" }}`, { v })).toMatchObject(
      failed(`is no number as ${locale} writes it`),
    );
  });

  it('gives back what a locale made of a number, for every locale and its own digits', () => {
    const locales = Intl.NumberFormat.supportedLocalesOf(
      'af am ar ar-EG as az be bg bn bs ca cs cy da de de-AT de-CH de-LI el en en-IN en-ZA es es-MX et eu fa fi fil fr fr-CA fr-CH ga gl gu he hi hr hu hy id is it it-CH ja ka kk km kn ko ky lo lt lv mk ml mn mr ms my nb ne nl or pa pl ps pt-BR pt-PT ro ru sd si sk sl so sq sr sv sw ta te th tk tr uk ur uz vi zh zu'.split(
        ' ',
      ),
    );
    const amount = fc.integer({ min: -999_999_999_999, max: 999_999_999_999 }).map((cents) => cents / 100);
    fc.assert(
      fc.property(fc.constantFrom(...locales), amount, (locale, number) => {
        const v = new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(number);
        expect([locale, v, render(`{{ v | number: "${locale}" | plus: 0 }}`, { v })]).toEqual([
          locale,
          v,
          String(number),
        ]);
      }),
      { numRuns: 2_000 },
    );
  });

  it('prints as the locale does, and counts as the number', () => {
    expect(render('{{ v | number: "pt-BR" }}', { v: '1250,9' })).toBe('1.250,9');
    expect(render('{{ v | number: "pt-BR", 2 | append: " reais" }}', { v: '1250,9' })).toBe('1.250,90 reais');
    expect(
      render('{{ v | number: "pt-BR" | times: 1.02 | currency: "BRL", "pt-BR" }}', { v: '1.250,90' }),
    ).toBe('R$ 1.275,92');
    expect(render('{{ v | number: "pt-BR" | json }}', { v: '1.250,90' })).toBe('1250.9');
  });
});

describe('dates of Liquid', () => {
  it.each([
    ['{{ v | date: "%d/%m/%Y" }}', '2026-03-02', '02/03/2026'],
    ['{{ v | date: "%d %H:%M" }}', '2026-03-02T23:30:00-03:00', '03 02:30'],
    ['{{ v | date: "%d %H:%M" }}', '2026-03-02 10:00', '02 10:00'],
    ['{{ v | date: "%Y-%m-%d", "America/Sao_Paulo" }}', '2026-03-02', '2026-03-02'],
    ['{{ v | date: "%d %H", 180 }}', '2026-03-02T02:00:00Z', '01 23'],
    ['{{ v | date: "%Y" }}', 1_772_445_600, '2026'],
    ['{{ v | date: "%Y" }}', '1772445600', '2026'],
    ['{{ v | date_to_string }}', '2026-03-02', '02 Mar 2026'],
    ['{{ v | date_to_long_string }}', '2026-03-02', '02 March 2026'],
    ['{{ v | date_to_xmlschema }}', '2026-03-02', '2026-03-02T00:00:00+00:00'],
    ['{{ v | date_to_rfc822 }}', '2026-03-02', 'Mon, 02 Mar 2026 00:00:00 +0000'],
  ])('%s of %j', (content, v, text) => {
    expect(render(content, { v })).toBe(text);
  });

  it.each([
    'date: "%d.%m."',
    'date',
    'date_to_string',
    'date_to_long_string',
    'date_to_xmlschema',
    'date_to_rfc822',
  ])('%s refuses what is no date for everybody', (filter) => {
    for (const v of [
      '03/04/2026',
      '04.03.2026',
      '3-4-26',
      'soon',
      'March 4',
      '2026-02-30',
      '2026',
      '20260304',
      'Now',
      true,
      [1],
    ]) {
      expect([v, render(`{{ v | ${filter} }}`, { v })]).toMatchObject([v, failed('is no date')]);
    }
  });

  it('knows the moment of sending', () => {
    expect(render('{{ "now" | date: "%Y" }}')).toMatch(/^20\d\d$/);
    expect(render('{{ v | date: "%Y" | default: "?" }}')).toBe('?');
  });
});

describe('a placeholder of another system', () => {
  it.each([
    '{{1}}',
    '{{ 2 }}',
    '{{- 3 -}}',
    'Hi {{1}}, {{2}}',
    '{% if name %}{{1}}{% endif %}',
    '{Hi {{1}}|Hello}',
    '{{1 | default: "x"}}',
    '{{01}}',
    '{{-1}}',
    '{{ -1 }}',
    '{{ 1. }}',
    '{{ 1.0 }}',
    '{{１}}',
    '{{ １ | default: "x" }}',
    '{{ "1" }}',
    "{{ '1' }}",
    '{{ "１" }}',
    '{{ " 2 " | default: "x" }}',
    '{{ 1 | upcase }}',
    '{{ 1 | default: name | upcase }}',
    '{{١}}',
    '{{२}}',
    '{{①}}',
    '{{⑴}}',
    '{{\u200e1}}',
    '{{1\u200b}}',
    '{{ [1] }}',
    '{{#1}}',
    '{{$1}}',
    '{{ @1 }}',
    '{{1:Ana}}',
  ])('%s is refused with the way to write it', (text) => {
    const analysis = analyseTemplate(text);
    expect(analysis).toMatchObject({ ok: false, error: { line: 1, column: expect.any(Number) } });
    expect(analysis.ok ? '' : analysis.error.message).toMatch(
      /^\{\{[^{}]+\}\} is a placeholder .* \{\{ name \}\}/,
    );
  });

  it.each([
    '{{ 1 | plus: 2 }}',
    '{{ 5 | times: price }}',
    '{{ 1500 | currency: "BRL", "pt-BR" }}',
    '{{ "1" | append: name }}',
    '{{ "1" | plus: 2 }}',
    '{{ contact["1"] }}',
    '{{ contact.line_1 }}',
    '{{ _1 }}',
    '{{ 1 | append: ". " | append: name }}',
    '{{ "1.250,90" | number: "pt-BR" }}',
    '{{ "now" | date: "%Y" }}',
    '{{ "{" }}',
    '{% raw %}{{1}}{% endraw %}',
    '{% if n == 1 %}x{% endif %}',
  ])('%s is none', (text) => {
    expect(analyseTemplate(text)).toMatchObject({ ok: true });
  });
});
