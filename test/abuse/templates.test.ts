import { describe, expect, it } from '@jest/globals';
import { renderRemaining } from '../../src/modules/content/core/render.js';
import { analyseTemplate } from '../../src/modules/content/core/templates/template-analysis.js';
import { MAX_STEPS, RenderBudget } from '../../src/modules/content/core/templates/render-budget.js';
import { textCache } from '../../src/modules/content/core/templates/text-cache.js';
import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

const long = 'a'.repeat(4_000);
const people = Array.from({ length: 50 }, (_, index) => ({ name: `n${index}`, visits: index }));
const variables = {
  long,
  people,
  rows: Array.from({ length: 200 }, (_, row) => row),
  marks: '<'.repeat(4_000),
  dashes: '-'.repeat(4_000),
  words: 'ab '.repeat(1_300),
  signs: '漢字'.repeat(1_300),
  day: '2031-05-24',
  price: '1234.5',
};
const scope = templateScope({ phone: '+12025550100', name: 'Ana', variables });

function render(content: string, budget = new RenderBudget()) {
  return renderPart({ type: 'text', content }, scope, '', budget);
}

const often = (inside: string, times = 9_000) => `{% for i in (1..${times}) %}${inside}{% endfor %}x`;
/** A text of 128,000 characters. */
const grown = (name: string) => `{% assign b = ${name} %}${often('{% assign b = b | append: b %}', 5)}`;
/** A list of the same list twice, and so on: two to the power of so many values. */
const twins = (levels: number) =>
  `{% assign a = "x" | split: "," %}` +
  often('{% assign b = a | slice: 0, 0 | push: a | push: a %}{% assign a = b %}', levels);
const groups = often('{% assign a = a | concat: a | group_by_exp: "i", "1" | map: "items" %}', 40);

describe('a rendering pays for its work', () => {
  it.each([
    ['names of days', often(`{{ day | date: "${'%A'.repeat(900)}" | size }}`)],
    ['months with flags and widths', often(`{{ day | date: "${'%-^10B'.repeat(300)}" | size }}`)],
    ['numbers of days', often(`{{ day | date: "${'%d%j'.repeat(500)}" | size }}`)],
    ['zones', often('{{ "2031-05-24T10:00:00Z" | date: "%H", "Asia/Tokyo" }}')],
    ['days of a locale', often('{{ day | date_in: "de-DE", "UTC", "full" | size }}')],
    ['many locales', often('{% assign l = "en-x-a" | append: i %}{{ price | number: l }}')],
    ['money', often('{{ price | currency: "EUR", "de-DE" | size }}')],
    ['conditions', often(`{% if ${Array(180).fill('day == price').join(' or ')} %}{% endif %}`)],
    ['cases', often(`{% case day %}{% when ${Array(390).fill('1').join(', ')} %}{% endcase %}`)],
    ['cycles', often(`{% cycle ${Array(390).fill('1').join(', ')} %}`)],
    ['paths', often('{% if people[0].name.size == 2 %}{% endif %}')],
    ['calculations', often('{{ i | plus: 1 | times: 3 | modulo: 7 }}')],
    [
      'searches',
      `${grown('long')}{% assign p = "b" | append: long %}${often('{% if b contains p %}{% endif %}')}`,
    ],
    ['last places', `${grown('long')}{% assign p = long | append: "b" %}{{ b | remove_last: p }}`],
    ['replacements', `${grown('long')}${often('{% assign c = b | replace: "a", "b" %}')}`],
    ['splits', `${grown('words')}${often('{% assign c = b | split: " " %}')}`],
    ['titles', `${grown('words')}${often('{% assign c = b | title_case: "tr" %}')}`],
    ['escapes', `${grown('marks')}${often('{% assign c = b | escape_once %}')}`],
    ['counts of words', `${grown('signs')}${often('{% assign c = b | number_of_words: "auto" %}')}`],
    ['hashes', often('{{ day | hmac_sha256: day | size }}')],
    ['sorting', '{% assign r = (1..20000) | reverse | sort_natural %}x'],
    [
      'sorting long texts',
      `{% assign a = long | split: "," %}${often('{% assign a = a | concat: a | sort %}', 12)}`,
    ],
    ['looking into items', often('{% assign z = people | where: "visits", 3 %}')],
    ['expressions', often('{% assign z = people | where_exp: "p", "p.visits > 3" %}')],
    ['groups', often('{% assign z = people | group_by: "name" %}')],
    ['lists of a loop', `{% assign r = (1..60000) %}${often('{% for j in r limit: 1 %}{% endfor %}')}`],
    ['ranges', often('{% for j in (1..400) %}{% endfor %}')],
    ['lists of lists', `${twins(40)}{{ a }}`],
    ['compared lists of lists', `${twins(40)}{% if a == a %}y{% endif %}`],
    ['cases of lists', `${twins(40)}{% case a %}{% when a %}y{% endcase %}`],
    ['groups of groups', `{% assign a = "x" | split: "," %}${groups}{{ a }}`],
  ])('%s', (_what, content) => {
    const first = render(content);
    expect(first).toMatchObject({
      ok: false,
      code: 'template_failed',
      reason: expect.stringContaining(`more than ${MAX_STEPS} steps`),
    });
    expect(render(content)).toEqual(first);
  });

  it.each([
    ['doubled captures', `{% assign s = "xx" %}${often('{% capture s %}{{s}}{{s}}{% endcapture %}', 30)}`],
    [
      'captures of captures',
      often('{% capture s %}{% capture t %}{{ long }}{% endcapture %}{{ t }}{% endcapture %}'),
    ],
    ['widths', '{{ day | date: "%999999999d" }}'],
    ['zeros', '{{ day | date: "%999999999N" }}'],
    ['ranges', '{% for i in (1..900000000) %}{% break %}{% endfor %}x'],
    ['indents', `${twins(1)}${'{% assign a = "x" | split: "," | push: a %}'.repeat(60)}{{ a | json: 10 }}`],
  ])('memory of %s', (_what, content) => {
    expect(render(content)).toMatchObject({
      code: 'template_failed',
      reason: expect.stringMatching(/memory|steps/),
    });
  });

  it('the length of the text, before it is put together', () => {
    const reason = expect.stringContaining('longer than 65536 characters');
    expect(render(often('{{ long }}'))).toMatchObject({ code: 'template_failed', reason });
    expect(render(`{% assign r = (1..30000) %}{{ r }}{{ r }}`)).toMatchObject({ reason });
  });

  it('all texts of one message pay from the same budget', () => {
    const content = often('{{ i }}', 900);
    const part = { type: 'text' as const, content };
    const recipient = { contactId: 'c', phone: '+12025550100', name: 'Ana', variables: {}, nextPart: 0 };
    expect(render(content)).toMatchObject({ ok: true });
    expect(renderRemaining({ ...recipient, parts: [part] })).toMatchObject({ ok: true });
    expect(renderRemaining({ ...recipient, parts: [part, part, part] })).toEqual({
      ok: false,
      code: 'template_failed',
    });
  });

  it('a long letter is far below the limits', () => {
    const paragraph =
      '{Hi|Hello} {{ name | first_name | default: "you" }}, {{ price | currency: "EUR", "de-DE" }} on {{ day | date: "%A, %d %B" }}. ';
    const list =
      '{% for p in people %}{{ forloop.index }}. {{ p.name | upcase }}: {{ p.visits }}\n{% endfor %}';
    const text = paragraph.repeat(10) + list;
    expect(analyseTemplate(text)).toMatchObject({ ok: true });
    expect(render(text)).toMatchObject({ ok: true });
  });
});

describe('reading a template', () => {
  it.each([
    [
      'blocks',
      '{% if a %}'.repeat(22) + 'x' + '{% endif %}'.repeat(22),
      'blocks are nested more than 20 deep',
    ],
    ['brackets', `{{ ${'a['.repeat(900)}1${']'.repeat(900)} }}`, 'brackets are nested more than 20 deep'],
    ['values', `{% if ${Array(450).fill('d').join(' and ')} %}{% endif %}x`, 'more than 400 values'],
    [
      'values of a case',
      `{% case d %}{% when ${Array(500).fill('d').join(',')} %}{% endcase %}x`,
      'more than 400 values',
    ],
    ['tags', '{{a}}'.repeat(500), 'at most 400 are allowed'],
    ['choices', '{a|b}'.repeat(500), 'at most 400 are allowed'],
    ['choices in choices', `${'{a|'.repeat(30)}x${'}'.repeat(30)}`, 'nested more than 20 deep'],
    ['characters', 'x'.repeat(5_000), 'at most 4096 are allowed'],
  ])('has a limit of %s, which the error names', (_what, content, message) => {
    expect(analyseTemplate(content)).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining(message) },
    });
  });

  it('a comment of many lines is gone through once', () => {
    expect(analyseTemplate(`{%# ${'\n'.repeat(4_000)} %}x`)).toMatchObject({ ok: true });
    expect(analyseTemplate(`{%# a\n # b\n\n # c %}x`)).toMatchObject({ ok: true });
    expect(analyseTemplate('{%# a\n b %}x')).toMatchObject({
      ok: false,
      error: { message: expect.stringContaining("must start with a '#'") },
    });
  });

  it('what is kept of texts has a bound in bytes', () => {
    const cache = textCache<{ text: string }>(100_000, ({ length }) => length * 10);
    const made: string[] = [];
    const ask = (text: string) =>
      cache(text, () => {
        made.push(text);
        return { text };
      });
    const texts = Array.from({ length: 30 }, (_, index) => `${index}`.padStart(1_000, 'x'));
    for (const text of texts) ask(text);
    const kept = texts.filter((text) => {
      const before = made.length;
      ask(text);
      return made.length === before;
    });
    // 11,000 bytes each. Asking for what is gone puts it in the place of what was kept.
    expect(kept.length).toBeLessThan(10);
    ask('x'.repeat(20_000));
    ask('x'.repeat(20_000));
    expect(made.filter((text) => text.length === 20_000)).toHaveLength(2);
  });
});
