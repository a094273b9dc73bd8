import { describe, expect, it } from '@jest/globals';
import { readableText } from '../../src/modules/content/core/content.js';
import { analyseTemplate } from '../../src/modules/content/core/templates/template-analysis.js';
import { renderPart, templateScope } from '../../src/modules/content/core/templates/template.js';

const ana = { phone: '+5511987654321', name: 'Ana', variables: { city: 'Recife', plan: 'gold' } };
const blank = { phone: '+5511987654322', name: null, variables: { city: ' ' } };

function render(content: string, recipient: Parameters<typeof templateScope>[0] = ana) {
  const rendered = renderPart({ type: 'text', content }, templateScope(recipient));
  return rendered.ok ? { ok: true, text: readableText(rendered.content) } : rendered;
}

function required(text: string): string[] {
  const analysis = analyseTemplate(text);
  if (!analysis.ok) throw new Error(analysis.error.message);
  return analysis.variables.filter(({ optional }) => !optional).map(({ path }) => path.join('.'));
}

describe('rendering a part', () => {
  it.each([
    ['Hi {{contact.name}} of {{ contact.city }}!', 'Hi Ana of Recife!'],
    ['{{name}} {{phoneNumber}} {{city}}', 'Ana +5511987654321 Recife'],
    ['{{ contact.phoneNumber }} {{ name | upcase }}', '+5511987654321 ANA'],
    ['{% if contact.plan == "gold" %}VIP{% else %}you{% endif %}', 'VIP'],
    ['{% for i in (1..3) %}{{ i }}{% endfor %}', '123'],
  ])('%s', (content, text) => {
    expect(render(content)).toEqual({ ok: true, text });
  });

  it.each(['NULL', 'N/A', '-', '\u200b', '\u3164', ' \u2800 '])('a variable %j is no name either', (name) => {
    const content = 'Hi {{ name | default: "there" }}';
    expect(render(content, { ...blank, variables: { name } })).toEqual({ ok: true, text: 'Hi there' });
    expect(render(content, { ...ana, variables: { name } })).toEqual({ ok: true, text: 'Hi Ana' });
    expect(render('Hi {{ contact.name | default: "there" }}', { ...blank, name })).toMatchObject({
      text: 'Hi there',
    });
    expect(render(content, { ...ana, variables: { name: 'Bia' } })).toEqual({ ok: true, text: 'Hi Bia' });
  });

  it.each([
    ['Hi {{ contact.name | default: "there" }}', 'Hi there'],
    ['Hi {{ contact.name | capitalize | default: "there" }}', 'Hi there'],
    ['Hi {{ contact.nick | default: contact.name | default: "there" }}', 'Hi there'],
    ['Hi{% if name %} {{ name }}{% endif %}!', 'Hi!'],
    ['{% assign n = contact.name %}Hi{% if n %} {{ n }}{% endif %}', 'Hi'],
    ['{% unless contact.city %}no city{% endunless %}', 'no city'],
    ['{% if nick == "" %}friend{% else %}{{ nick }}{% endif %}', 'friend'],
    ["{% if '' == contact.nick %}friend{% else %}{{ contact.nick }}{% endif %}", 'friend'],
    ['{% if contact.nick != "" %}{{ nick }}{% else %}friend{% endif %}', 'friend'],
    ['{% if nick == empty %}friend{% else %}{{ nick }}{% endif %}', 'friend'],
    ['{% if nick == blank %}friend{% else %}{{ nick }}{% endif %}', 'friend'],
    ['{% if nick != empty and nick != nil %}{{ nick }}{% else %}friend{% endif %}', 'friend'],
    ['{% unless nick == "" %}{{ nick }}{% else %}friend{% endunless %}', 'friend'],
    ['{% if plan == "gold" %}{{ plan }}{% elsif nick == "" %}friend{% endif %}', 'friend'],
    ['{% case contact.nick %}{% when "" %}friend{% else %}{{ contact.nick }}{% endcase %}', 'friend'],
    ['{% assign known = nick != "" %}{% if known %}yes{% else %}friend{% endif %}', 'friend'],
    ['{% if address.city == "" %}friend{% else %}{{ address.city }}{% endif %}', 'friend'],
    [
      '{% if nick == " " or nick == "x" or nick == 0 or nick == false %}x{% else %}friend{% endif %}',
      'friend',
    ],
    ['{% if nil == "" %}x{% else %}friend{% endif %}', 'friend'],
  ])('a missing or blank value is forgiven where the template provides for it: %s', (content, text) => {
    expect(render(content, blank)).toEqual({ ok: true, text });
    // An `assign` without a comparison is the one use that asks nothing.
    if (!content.includes('assign n')) expect(required(content)).toEqual([]);
  });

  it('an argument of a default is looked at only when it is needed', () => {
    expect(render('{{ name | default: contact.nick }}')).toEqual({ ok: true, text: 'Ana' });
    expect(render('{{ name | default: contact.nick }}', blank)).toMatchObject({ ok: false });
  });

  it.each([
    'Hi {{ contact.name }},',
    'Hi {{ name | upcase }},',
    '{{ "Hi " | append: name }}',
    'Hi {% echo contact.name %},',
    '{% assign n = contact.name | upcase %}Hi {{ n }},',
    '{% capture n %}{{ contact.name }}{% endcapture %}Hi {{ n }}',
    '{% if true %}{% if true %}Hi {{ contact.name }}{% endif %}{% endif %}',
    '{{ contact.city }}',
  ])('a missing value is never sent as a hole: %s', (content) => {
    expect(render(content, blank)).toMatchObject({ ok: false, code: 'template_missing_variable' });
  });

  it('says which variable is missing', () => {
    expect(render('{{ contact.nick }}', blank)).toMatchObject({
      reason: 'The recipient has no value for contact.nick.',
    });
  });

  it('a text of blanks only is empty', () => {
    expect(render('{% if name %}{{ name }}{% endif %} ', blank)).toMatchObject({ code: 'template_empty' });
  });

  it('reaches nothing but its scope', () => {
    for (const content of [
      '{{ contact.constructor }}',
      '{{ constructor.name }}',
      '{{ contact.__proto__.toString }}',
      '{{ name.constructor }}',
      '{% include "/etc/passwd" %}',
      '{% render "x" %}',
      '{% layout "x" %}',
    ]) {
      expect(render(content)).toMatchObject({ ok: false });
    }
    const hostile = JSON.parse('{"__proto__": {"polluted": "yes"}, "contact": "me"}') as Record<
      string,
      unknown
    >;
    expect(render('{{ contact.polluted }}', { ...ana, variables: hostile })).toMatchObject({ ok: false });
    expect(render('{{ contact.name }}', { ...ana, variables: hostile })).toEqual({ ok: true, text: 'Ana' });
  });

  it('cannot run or grow without bounds', () => {
    for (const content of [
      '{% for i in (1..100000000) %}x{% endfor %}',
      '{% for i in (1..9999) %}{% for j in (1..9999) %}x{% endfor %}{% endfor %}',
      '{% assign s = "xxxxxxxxxx" %}{% for i in (1..99) %}{% assign s = s | append: s %}{% endfor %}{{ s }}',
    ]) {
      expect(render(content)).toMatchObject({ ok: false, code: 'template_failed' });
    }
  });

  it('ends after so many steps and characters, not after so much time', () => {
    const rows = Array.from({ length: 200 }, (_, row) => row);
    const loops =
      '{% for a in rows %}{% for b in rows %}{% for c in rows %}{% endfor %}{% endfor %}{% endfor %}x';
    const doubling = (times: number, inside: string) =>
      `{% assign s = "xx" %}{% for i in (1..${times}) %}{% capture s %}{{s}}{{s}}{% endcapture %}{% endfor %}${inside}`;
    for (const [content, reason] of [
      [loops, /more than 5000 steps/],
      [doubling(24, '{{ s | url_encode | size }}'), /memory/],
      [`{{ long${' | url_encode'.repeat(100)} | size }}`, /more than 5000 steps/],
      ['{% for i in (1..9000) %}{{ long }}{% endfor %}', /longer than 65536 characters/],
    ] as const) {
      const variables = { rows, long: '%'.repeat(5_000) };
      const first = render(content, { ...ana, variables });
      expect(first).toEqual(render(content, { ...ana, variables }));
      expect(first).toMatchObject({ code: 'template_failed', reason: expect.stringMatching(reason) });
    }
    const wide = '{% assign all = (1..30000) | where_exp: "a", "a > 1" %}{{ all | size }}';
    expect(render(wide)).toMatchObject({ reason: expect.stringMatching(/steps/) });
    expect(render(doubling(10, '{{ s | size }}'))).toEqual({ ok: true, text: '2048' });
  });

  it('prints no value that is none', () => {
    const variables = { total: 5, none: 0, home: { city: 'Recife' }, homes: [{ city: 'Recife' }] };
    const of = (content: string) => render(content, { ...ana, variables });
    for (const content of ['{{ total | divided_by: none }}', '{{ none | modulo: none }}', '{{ home }}']) {
      expect(of(`Hi ${content}`)).toMatchObject({ ok: false, code: 'template_failed' });
    }
    expect(of('{{ home | upcase }}')).toMatchObject({ reason: expect.stringContaining('an object') });
    expect(of('{{ homes }}')).toMatchObject({ reason: expect.stringContaining('an object') });
    expect(of('{{ home.city }} {{ homes[0].city }} [object Object]')).toMatchObject({ ok: true });
    expect(of('{{ total | divided_by: 2 }}')).toEqual({ ok: true, text: '2.5' });
  });

  it('a contact’s own first, last and size are attributes like others', () => {
    const variables = { first: 'Ana', last: 'Silva', size: 'XL' };
    const content = '{{ contact.first }} {{ contact.last }} {{ contact.size }} {{ size }} {{ first.size }}';
    expect(render(content, { ...ana, variables })).toEqual({ ok: true, text: 'Ana Silva XL XL 3' });
    for (const name of ['contact.first', 'contact.last', 'contact.size', 'size']) {
      expect(render(`x{{ ${name} }}`)).toMatchObject({ code: 'template_missing_variable', variable: name });
    }
    expect(required(content)).toEqual(['contact.first', 'contact.last', 'contact.size', 'size', 'first']);
  });

  it('the number is the one the message goes to, whatever a variable says', () => {
    const variables = { phoneNumber: '+1', name: 'Bo' };
    const content = '{{ name }} {{ phoneNumber }} {{ contact.phoneNumber }}';
    expect(render(content, { ...ana, variables })).toEqual({
      ok: true,
      text: `Bo ${ana.phone} ${ana.phone}`,
    });
  });

  it.each(['lid:190000000000009', 'bsuid::BR.1a2b', 'erased-1', null])(
    'a person of %s has no number, whatever a variable says',
    (number) => {
      const nobody = { ...ana, phone: number, variables: { phoneNumber: '+1' } };
      expect(
        render('{{ phoneNumber | default: "us" }}{% if contact.phoneNumber %}!{% endif %}', nobody),
      ).toEqual({ ok: true, text: 'us' });
      for (const variable of ['phoneNumber', 'contact.phoneNumber']) {
        const missing = { code: 'template_missing_variable', variable };
        expect(render(`Call {{ ${variable} }}`, nobody)).toMatchObject(missing);
        expect(render(`Call {{ ${variable} | upcase }}`, nobody)).toMatchObject(missing);
      }
    },
  );

  it('a day is that day whatever zone the server is in', () => {
    expect(render('{{ "2026-03-02" | date: "%d %H:%M" }}')).toEqual({ ok: true, text: '02 00:00' });
  });
});

describe('analysing a template', () => {
  it.each([
    ['Hi {{ name }} of {{contact.city}}', ['name', 'contact.city']],
    ['{{ contact["first name"] }}', ['contact.first name']],
    ['{{ name | default: "x" }}{{ contact.a | upcase | default: "x" }}', []],
    ['{{ contact.a | default: contact.b }}', ['contact.b']],
    ['{{ contact.a | default: contact.b | default: "x" }}', []],
    ['{{ name | default: "x" }} {{ name }}', ['name']],
    ['{% if city %}{{ city }} {{ plan }}{% endif %}', ['plan']],
    ['{% if name %}{{ contact.name }}{% endif %}', []],
    [
      '{% if contact.a == "x" and contact.b %}{{ contact.b }}{% else %}{{ contact.c }}{% endif %}',
      ['contact.c'],
    ],
    ['{% for i in (1..2) %}{{ i }}{{ forloop.index }}{% endfor %}', []],
    ['{% for tag in contact.tags %}{{ tag }}{% endfor %}{{ contact.tags.first }}', ['contact.tags']],
    ['{% assign x = contact.a %}{{ x }}', ['contact.a']],
    ['{{ "a" | append: contact.b }}', ['contact.b']],
    ['{% raw %}{{ nothing }}{% endraw %}', []],
  ])('%s needs %j', (text, expected) => {
    expect(required(text)).toEqual(expected);
  });

  it('says where a template does not parse', () => {
    expect(analyseTemplate('Hi\n  {{ name | nosuchfilter }}')).toEqual({
      ok: false,
      error: { message: 'undefined filter: nosuchfilter', line: 2, column: 3 },
    });
    expect(analyseTemplate('Hi {{ name')).toMatchObject({ ok: false, error: { line: 1, column: 4 } });
    expect(analyseTemplate('{% if name %}x')).toMatchObject({ ok: false, error: { line: 1 } });
    expect(analyseTemplate('{% include "x" %}')).toMatchObject({ ok: false, error: { line: 1 } });
  });

  it('refuses values side by side, of which Liquid would print the first', () => {
    for (const text of [
      'Hi {{ contact.first name }}',
      '{% if first name %}x{% endif %}',
      '{{ first name | upcase }}',
    ]) {
      expect(analyseTemplate(text)).toMatchObject({
        ok: false,
        error: { line: 1, message: expect.stringContaining('{{ contact["first name"] }}') },
      });
    }
    for (const text of [
      '{% if a and b or not c %}x{% endif %}',
      '{{ a == b }}',
      '{% case a %}{% when 1, 2 %}x{% endcase %}',
    ]) {
      expect(analyseTemplate(text)).toMatchObject({ ok: true });
    }
  });

  it('knows no filter that draws anew at every rendering', () => {
    expect(analyseTemplate('{{ tags | sample }}')).toMatchObject({ ok: false });
  });

  it('refuses a text of nothing but markers, which would keep the process busy', () => {
    for (const text of ['{{a}}'.repeat(401), '{a|b}'.repeat(401), '\\{'.repeat(401)]) {
      expect(analyseTemplate(text)).toMatchObject({
        ok: false,
        error: { message: expect.stringContaining('at most 400') },
      });
    }
    expect(analyseTemplate('{{a}}{a|b}'.repeat(200))).toMatchObject({ ok: true });
  });

  it('names the line of a block that a choice would tear apart', () => {
    expect(analyseTemplate('Hi\n{a|{% if b %}c}{% endif %}')).toMatchObject({
      ok: false,
      error: { line: 2 },
    });
  });

  it('refuses an empty and an overlong text', () => {
    expect(analyseTemplate(' \n')).toMatchObject({ ok: false });
    expect(analyseTemplate('x'.repeat(4097))).toMatchObject({ ok: false });
  });
});
