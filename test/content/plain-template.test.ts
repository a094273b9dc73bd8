import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Liquid } from 'liquidjs';
import { plainTemplateOf, writePlain } from '../../src/modules/content/core/templates/plain-template.js';
import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

const plainOf = (text: string) => plainTemplateOf(new Liquid().parse(text));

describe('a template that only puts values into a text', () => {
  it.each([
    ['Hi {{ contact.name }}, new in {{- city -}} !', ['Hi ', ['contact', 'name'], ', new in', ['city'], '!']],
    ['{{ name | default: "you" | default: city }}', [['name']]],
    ['just a text', ['just a text']],
    ['', []],
  ])('%s is taken apart', (text, pieces) => {
    expect(plainOf(text)).toEqual(pieces);
  });

  it.each([
    '{{ name | upcase }}',
    '{{ "text" }}',
    '{{ name.size }}',
    '{{ list.first }}',
    '{{ list[0] }}',
    '{{ contact[key] }}',
    '{{ a == b }}',
    '{% if name %}x{% endif %}',
    'x{% comment %}y{% endcomment %}',
    '{% raw %}{{ name }}{% endraw %}',
  ])('%s is one for Liquid', (text) => {
    expect(plainOf(text)).toBeUndefined();
  });

  it('leaves to Liquid what is missing, is no text or number, or grows long', () => {
    const pieces = plainOf('{{ a.b }}') ?? [];
    for (const b of [undefined, null, '', true, Number.NaN, [1], { c: 1 }, new Date(), 'x'.repeat(4_097)])
      expect(writePlain(pieces, { a: { b } })).toBeUndefined();
    for (const scope of [{}, { a: null }, { a: 'text' }, { a: [] }, Object.create({ a: { b: 1 } }) as object])
      expect(writePlain(pieces, scope)).toBeUndefined();
    expect(writePlain(pieces, { a: { b: 0 } })).toBe('0');
  });

  it('is written as Liquid writes it, whatever the values are', () => {
    const piece = fc.oneof(
      fc.constantFrom(
        'Hi ',
        '{{ name }}',
        '{{contact.name}}',
        '{{- city -}}',
        ' {{ contact.address.city }} ',
        '{{ contact["__proto__"].city }}',
        '{{ constructor }}',
        '{{ phoneNumber }}',
        '{{ contact.phoneNumber | default: "us" }}',
        '{{ city | default: "there" }}',
        '{{ nothing | default: name }}',
        '\n',
      ),
      fc.string({ maxLength: 5 }).map((text) => text.replaceAll(/[{}\\%|]/g, '')),
    );
    const value = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 20 }),
      fc.constantFrom('', ' ', 'x'.repeat(4_096), '{{ name }}', '{a|b}', null, true, -0, 1e21, Infinity),
      fc.double(),
      fc.array(fc.integer(), { maxLength: 2 }),
    );
    const variables = fc.record({ city: value, address: fc.record({ city: value }), constructor: value });
    const recipient = fc.record({
      phone: fc.constantFrom('+5511987654321', 'lid:190000000000009', 'bsuid::BR.1a', null),
      name: fc.option(fc.string({ maxLength: 8 })),
      variables,
    });
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 6 }), recipient, (pieces, person) => {
        const content = pieces.join('');
        // A comment leaves nothing in the text, and makes it one for Liquid.
        const [plain, byLiquid] = [content, `${content}{% comment %}{% endcomment %}`].map((text) =>
          renderPart({ type: 'text', content: text }, templateScope(person)),
        );
        expect(plain).toEqual(byLiquid);
      }),
      { numRuns: 500 },
    );
  });
});
