import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { personName } from '../../src/lib/names.js';
import type { CampaignPart } from '../../src/modules/content/core/part.js';
import { analyseTemplate } from '../../src/modules/content/core/templates/template-analysis.js';
import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

const scopeOf = (name: string, variables: Record<string, unknown> = {}) =>
  templateScope({ phone: '+5511987654321', name, variables });

function render(content: string, name: string, variables?: Record<string, unknown>) {
  const rendered = renderPart({ type: 'text', content }, scopeOf(name, variables));
  if (!rendered.ok) return rendered;
  return rendered.content.type === 'text' ? rendered.content.text : undefined;
}

const FAMILY = '👨‍👩‍👧';

describe('filters that cut a text', () => {
  it.each([
    ['{{ name | split: "" | first }}', '😀'],
    ['{{ name | split: "" | last }}', 'é'],
    ['{{ name | split: "" | join: "-" }}', `😀-${FAMILY}-🇧🇷-A-é`],
    ['{{ name | split: "" | reverse | join: "" }}', `éA🇧🇷${FAMILY}😀`],
    ['{{ name | slice: 1 }}', FAMILY],
    ['{{ name | slice: 1, 2 }}', `${FAMILY}🇧🇷`],
    ['{{ name | slice: -2, 2 }}', 'Aé'],
    ['x{{ name | slice: -9, 2 }}', 'x'],
    ['{{ name | slice: "1" }}', '👨'],
    ['{{ name | truncate: 4, "…" }}', `😀${FAMILY}🇧🇷…`],
    ['{{ name | truncate: 5 }}', `😀${FAMILY}🇧🇷Aé`],
    ['{{ name | first }}{{ name | last }}', '😀é'],
    ['{{ name[0] }}{{ name[1] }}{{ name[-1] }}', `😀${FAMILY}é`],
    ['{{ name | replace: "", "." }}', `😀.${FAMILY}.🇧🇷.A.é`],
    ['{{ name | split: "A" | join: "|" }}', `😀${FAMILY}🇧🇷|é`],
  ])('cut between what people call characters: %s', (content, text) => {
    expect(render(content, `😀${FAMILY}🇧🇷Aé`)).toBe(text);
  });

  it.each([
    ['{{ name | split: "" | join: "." }}', 'A.n.a'],
    ['{{ name | slice: 0 }}{{ name | slice: -2, 2 }}', 'Ana'],
    ['{{ "Ana Maria" | truncate: 6 }}', 'Ana...'],
    ['{{ name | first }}{{ name | last }}{{ name[1] }}', 'Aan'],
    ['{{ tags | first }} {{ tags | slice: 1 }} {{ tags[0] }}', 'a b a'],
  ])('work as before on plain texts and on lists: %s', (content, text) => {
    expect(render(content, 'Ana', { tags: ['a', 'b'] })).toBe(text);
  });

  it('leave no half and lose no character of any text', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 600 })
      .filter((name) => personName(name) !== null);
    const cut = fc.constantFrom('slice: 0', 'slice: -1', 'truncate: 9', 'first', 'last', 'split: "" | last');
    fc.assert(
      fc.property(text, cut, (name, filter) => {
        expect(render('{{ name | split: "" | join: "" }}.', name)).toBe(`${name.replaceAll('\0', '')}.`);
        expect(render(`{{ name | ${filter} }}.`, name)).toEqual(expect.any(String));
      }),
      { numRuns: 200 },
    );
  });

  it('take a time that grows with the text, and are counted against its limit', () => {
    const loop = (cut: string) => `{% for i in (1..6000) %}{% assign x = name | ${cut} %}{% endfor %}x`;
    const cuts = ['slice: 0', 'split: ""', 'truncate: 9', 'first', 'last', 'replace: "", "-"'];
    for (const content of [...cuts.map(loop), '{% for i in (1..6000) %}{{ name[0] }}{% endfor %}']) {
      expect(render(content, '😀'.repeat(20_000))).toMatchObject({
        code: 'template_failed',
        reason: expect.stringContaining('more than 5000 steps'),
      });
    }
    expect(render('{{ name | split: "" | size }}', '😀'.repeat(30_000))).toBe('30000');
    expect(render('{{ name | slice: 0 | size }}', `e${'\u0301'.repeat(60_000)}`)).toBe('256');
  });
});

describe('half of a character', () => {
  // Not a number in brackets, so that Liquid takes the UTF-16 unit of that place.
  const half = 'x{{ name["0"] }}';
  const parts: CampaignPart[] = [
    { type: 'text', content: half },
    { type: 'image', mediaId: 'a', caption: half },
    { type: 'location', latitude: 1, longitude: 2, name: half },
    { type: 'location', latitude: 1, longitude: 2, name: 'Here', address: half },
    { type: 'contact', displayName: half, phoneNumber: '+5511987654321' },
    { type: 'contact', displayName: 'Ana', phoneNumber: '+5511987654321', organisation: half },
    { type: 'poll', question: half, choices: ['a', 'b'], selectable: 1 },
    { type: 'poll', question: 'Which?', choices: ['a', half], selectable: 1 },
  ];

  it.each(parts)('fails the text of this recipient, wherever it stands: %j', (part) => {
    expect(renderPart(part, scopeOf('😀 Ana'))).toMatchObject({
      ok: false,
      code: 'template_failed',
      reason: expect.stringContaining('half of a character'),
    });
    expect(renderPart(part, scopeOf('Ana'))).toMatchObject({ ok: true });
  });

  it('written into a template is refused with its place', () => {
    for (const literal of ['\\ud83d', '\\ude00', '\\0', '\\u0000']) {
      for (const content of [
        `Hi\n{{ name | append: "${literal}" }}`,
        `Hi\n{{ "${literal}" }}`,
        `Hi\n{% assign x = "${literal}" %}`,
        `{% if name %}\n{{ name | replace: "a", "${literal}" }}{% endif %}`,
      ]) {
        expect(analyseTemplate(content)).toMatchObject({
          ok: false,
          error: { message: expect.stringContaining('broken or NUL character'), line: 2 },
        });
      }
    }
    expect(analyseTemplate('{{ name | append: "\\ud83d\\ude00" }}')).toMatchObject({ ok: true });
  });
});
