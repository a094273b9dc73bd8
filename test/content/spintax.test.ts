import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseSpintax, spin, type SpinNode } from '../../src/modules/content/core/templates/spintax.js';
import { analyseTemplate } from '../../src/modules/content/core/templates/template-analysis.js';
import { choiceSeed, renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

const ana = { phone: '+5511987654321', name: 'Ana', variables: { city: 'Recife' } };

function render(content: string, seed: string, recipient: Parameters<typeof templateScope>[0] = ana): string {
  const rendered = renderPart({ type: 'text', content }, templateScope(recipient), seed);
  if (!rendered.ok) throw new Error(`${rendered.code}: ${rendered.reason}`);
  return rendered.content.type === 'text' ? rendered.content.text : '';
}

/** All the texts that some seed gives; enough seeds that none of a few is missed. */
function texts(content: string): string[] {
  return [...new Set(Array.from({ length: 300 }, (_, seed) => render(content, `${seed}`)))].toSorted();
}

function required(text: string): string[] {
  const analysis = analyseTemplate(text);
  if (!analysis.ok) throw new Error(analysis.error.message);
  return analysis.variables.filter(({ optional }) => !optional).map(({ path }) => path.join('.'));
}

describe('choices', () => {
  it.each([
    ['{Hi|Hello|Hey} there', ['Hello there', 'Hey there', 'Hi there']],
    ['{a|{b|c}}{!|?}', ['a!', 'a?', 'b!', 'b?', 'c!', 'c?']],
    ['{{a|b}|{c|d}}', ['a', 'b', 'c', 'd']],
    ['{{{a|b}|c}|d}', ['a', 'b', 'c', 'd']],
    ['x{|y}', ['x', 'xy']],
    ['{Hi {{ name }}|Hello}', ['Hello', 'Hi Ana']],
    ['{{{ name }}|you}', ['Ana', 'you']],
    ['{Hi {{name}}|Hey {{- name -}}}', ['HeyAna', 'Hi Ana']],
    ['{{ "a|b}}" }}{1|2}', ['a|b}}1', 'a|b}}2']],
    ['{% if name %}{a|b}{% endif %}', ['a', 'b']],
    ['{{% if city == "Recife" %}R{% else %}x{% endif %}|z}', ['R', 'z']],
    ['{% raw %}{a|b} {{ x }}{% endraw %}', ['{a|b} {{ x }}']],
    ['a{% comment %}{ | {% endcomment %}b', ['ab']],
    ['\\{a\\|b\\} or a|b', ['{a|b} or a|b']],
    ['{\\||\\}}', ['|', '}']],
    ['\\{\\{ name \\}\\} \\{% if %\\}', ['{{ name }} {% if %}']],
    ['\\{{{ name }}\\}', ['{Ana}']],
    ['C:\\dir {a|b}', ['C:\\dir a', 'C:\\dir b']],
  ])('%s', (content, expected) => {
    expect(analyseTemplate(content)).toMatchObject({ ok: true });
    expect(texts(content)).toEqual(expected);
  });

  it('are the same for the same person, part and text, and differ between persons and parts', () => {
    const content = '{1|2|3|4|5|6|7|8} {1|2|3|4|5|6|7|8} {1|2|3|4|5|6|7|8}';
    const seeds = Array.from({ length: 200 }, (_, index) => choiceSeed(`person-${index}`, 0));
    const first = seeds.map((seed) => render(content, seed));
    expect(seeds.map((seed) => render(content, seed))).toEqual(first);
    expect(new Set(first).size).toBeGreaterThan(140);
    expect(render(content, choiceSeed('person-1', 1))).not.toBe(render(content, choiceSeed('person-1', 0)));
  });

  it('are spread evenly', () => {
    const counts = { a: 0, b: 0, c: 0 };
    for (let index = 0; index < 9_000; index += 1) {
      counts[spin('{a|b|c}', choiceSeed(`0199-${index}`, 0)) as keyof typeof counts] += 1;
    }
    // Five standard deviations of a fair draw.
    for (const count of Object.values(counts)) expect(Math.abs(count - 3_000)).toBeLessThan(225);
  });

  it('never open up in the value of a variable', () => {
    const tricky = { ...ana, name: '{a|b} {{ city }} \\{' };
    expect(render('{{ name }}{!|!}', '1', tricky)).toBe('{a|b} {{ city }} \\{!');
    expect(render('{{{ name }}|{{ name }}}', '1', tricky)).toBe('{a|b} {{ city }} \\{');
  });

  it('all count when it is asked what a template needs', () => {
    expect(required('{Hi {{ name }}|Hello {{ city | default: "x" }}|{Hey|Oi {{ nick }}}}')).toEqual([
      'name',
      'nick',
    ]);
    expect(required('{% assign n = name | default: "you" %}{Hi {{ n }}|Oi {{ n }}}')).toEqual([]);
    expect(required('{% if city %}{in {{ city }}|from {{ city }}}{% endif %}')).toEqual([]);
    expect(required('\\{\\{ name \\}\\} {{{ city }}|x}')).toEqual(['city']);
  });
});

describe('a choice that is not right', () => {
  it.each([
    ['Hi\n there {a|b', 2, 8, '{ is not closed'],
    ['Hi a|b}', 1, 7, '} closes nothing'],
    ['{a|{b|c}', 1, 1, '{ is not closed'],
    ['Hi {name}!', 1, 4, 'a variable is {{ name }}'],
    ['{}', 1, 1, 'gives no choice'],
    ['{a|{{ nosuch | nofilter }}}', 1, 4, 'undefined filter: nofilter'],
    ['{{% if name %}a|b{% endif %}}', 1, 2, 'not closed'],
    ['{% if name %}{a{% else %}|b}{% endif %}', 1, 16, 'else'],
    [`${'{a|'.repeat(30)}b${'}'.repeat(30)}`, 1, 61, 'nested more than 20 deep'],
  ])('%s is refused with its place', (content, line, column, message) => {
    const analysis = analyseTemplate(content);
    expect(analysis).toMatchObject({ ok: false, error: { line, column } });
    expect(analysis.ok ? '' : analysis.error.message).toContain(message);
  });
});

/** A random template beside the texts it may become. */
interface Sample {
  source: string;
  results: string[];
}

const plain = fc
  .string({ unit: fc.constantFrom('a', 'é', '😀', ' ', '\n', '{', '|', '}', '-'), maxLength: 4 })
  .map((text): Sample => ({ source: text.replaceAll(/[{|}]/g, String.raw`\$&`), results: [text] }));
const output = fc.constant<Sample>({ source: '{{ name }}', results: ['Ana'] });

const { sequence } = fc.letrec<{ sequence: Sample; group: Sample }>((tie) => ({
  sequence: fc
    .array(fc.oneof({ depthSize: 'small' }, plain, output, tie('group')), { maxLength: 3 })
    .map((parts) => ({
      source: parts.map((part) => part.source).join(''),
      results: parts.reduce<string[]>(
        (starts, part) => starts.flatMap((start) => part.results.map((end) => start + end)).slice(0, 3_000),
        [''],
      ),
    })),
  group: fc.array(tie('sequence'), { minLength: 2, maxLength: 3 }).map((options) => ({
    source: `{${options.map((option) => option.source).join('|')}}`,
    results: options.flatMap((option) => option.results),
  })),
}));

describe('any template with choices', () => {
  it('becomes one of its expansions, always the same for one seed', () => {
    fc.assert(
      fc.property(sequence, fc.string(), ({ source, results }, seed) => {
        fc.pre(results.length < 3_000);
        const chosen = spin(source, seed);
        expect(spin(source, seed)).toBe(chosen);
        const rendered = renderPart({ type: 'text', content: source }, templateScope(ana), seed);
        if (rendered.ok) expect(results).toContain(rendered.content.type === 'text' && rendered.content.text);
        else expect(rendered.code).toBe('template_empty');
      }),
    );
  });

  it('of any text with its markers escaped becomes that text', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }),
      fc.string({
        unit: fc.constantFrom('{', '|', '}', '\\', '%', '-', '"', 'a'),
        minLength: 1,
        maxLength: 30,
      }),
    );
    fc.assert(
      fc.property(text, fc.string(), (said, seed) => {
        fc.pre(said.trim() !== '' && !said.includes('\u0000'));
        expect(render(said.replaceAll(/[{|}]/g, String.raw`\$&`), seed)).toBe(said);
      }),
      { numRuns: 300 },
    );
  });

  it('parses when it is balanced, and otherwise says where it is not', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('{', '|', '}', '\\', 'a', '%', '"', '\n') }),
        (source) => {
          const parsed = parseSpintax(source);
          if (parsed.ok) expect(depthOf(parsed.nodes)).toBeLessThanOrEqual(20);
          else expect('{}').toContain(source[parsed.error.at]);
        },
      ),
    );
  });

  it('is analysed without an exception, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.string({
          unit: fc.constantFrom('{', '{{', '}}', '|', '}', '\\', 'name', '%', '{%', '%}', ' if ', '"'),
        }),
        (source) => {
          const analysis = analyseTemplate(source);
          if (analysis.ok) renderPart({ type: 'text', content: source }, templateScope(ana), 'x');
        },
      ),
    );
  });
});

function depthOf(nodes: SpinNode[]): number {
  const depths = nodes.map((node) =>
    typeof node === 'string' ? 0 : 1 + Math.max(...node.options.map(depthOf)),
  );
  return Math.max(0, ...depths);
}
