import { describe, expect, it } from '@jest/globals';
import { byPerson } from '../../src/modules/inbound/core/by-person.js';
import { keywordText, refusedRow, rowOf } from '../../src/modules/inbound/core/event-row.js';
import { linesOf } from '../../src/modules/inbound/core/peer-lines.js';
import { readable } from '../../src/modules/inbound/core/readable.js';
import type { InboundContent, InboundEvent } from '../../src/transports/inbound.js';
import { written } from '../support/inbound.js';

const now = new Date('2026-03-01T12:00:00Z');
const media = { mimeType: 'image/jpeg', ref: 'r' };
const phone = '+5511961230001';

const read = (event: InboundEvent) => rowOf({ tenantId: 't', senderId: 's', event }, undefined, now);
const row = (event: InboundEvent) => {
  const made = read(event);
  return 'refused' in made ? undefined : made;
};

describe('a person', () => {
  it.each([
    ['a number', { phone }, [phone]],
    ['a number in another form of its line', { phone: '+551161230001' }, linesOf({ phone: '+551161230001' })],
    ['a LID and a number', { lid: '77', phone }, [phone, 'lid:77']],
    ['a business-scoped id', { businessScopedId: 'BR.ab_9-z' }, ['bsuid::BR.ab_9-z']],
    ['a user name alone is nobody', { username: 'ana' }, []],
    ['what has the wrong form is nobody', { phone: '12345', lid: '7@lid', businessScopedId: 'x' }, []],
  ])('%s', (_, peer, lines) => {
    expect(linesOf(peer)).toEqual(lines);
  });
});

describe('the row of an event', () => {
  it('is the same when it is told again, and another for an edit, or what can be read now', () => {
    const nameOf = (event: InboundEvent) => `${row(event)?.kind} ${row(event)?.waId} ${row(event)?.revision}`;
    const target = { chat: { phone }, waMessageId: 'A', fromMe: false };
    const edit = (text: string, at = now): InboundEvent => ({
      type: 'edit',
      target,
      from: { phone },
      text,
      at,
    });
    const unread: InboundEvent = written('A', '', { content: { type: 'unavailable', reason: 'view_once' } });
    const other = { phone: '+5511961230002' };
    const events: InboundEvent[] = [
      written('A', 'hi'),
      unread,
      edit('one'),
      edit('two'),
      edit('one', new Date(now.getTime() + 1)),
      { type: 'identity', peers: [{ lid: '7' }, { phone }] },
      { type: 'identity_changed', from: { phone }, to: other, at: now },
      { type: 'identity_changed', from: other, to: { phone }, at: now },
    ];
    expect(new Set(events.map(nameOf)).size).toBe(events.length);
    expect(nameOf(written('A', 'hi'))).toBe(nameOf(written('A', 'hi again')));
    expect(nameOf({ type: 'identity', peers: [{ phone }, { lid: '7' }] })).toBe(nameOf(events[5]!));
  });

  it.each<[string, InboundEvent]>([
    ['it has no id', written('', 'hi')],
    ['its id has more than 256 characters', written('x'.repeat(257), 'hi')],
    ['it names no person', written('A', 'hi', { from: { username: 'ana' } })],
    ['it names no person', { type: 'identity', peers: [] }],
  ])('is refused: %s', (refused, event) => {
    expect(read(event)).toEqual({ refused });
    const kept = refusedRow({ tenantId: 't', senderId: 's', event }, `${refused}\0`);
    expect(kept).toEqual({
      ...kept,
      kind: event.type,
      error: refused,
      waId: expect.stringMatching(/^[\w-]{32}$/),
    });
  });

  const minutes = (count: number): Date => new Date(now.getTime() + count * 60_000);
  it.each<[string, Date, Date]>([
    ['as it is told', minutes(-60 * 24 * 365 * 5), minutes(-60 * 24 * 365 * 5)],
    ['of clocks that differ a little', minutes(1), minutes(1)],
    ['not in the future', minutes(2), now],
    ['not far in the future', new Date(8.64e15), now],
    ['not that of a clock that was never set', new Date(0), now],
    ['not before Christ', new Date(-8.64e15), now],
    ['not none', new Date(Number.NaN), now],
  ])('has a time %s', (_, at, kept) => {
    for (const event of [
      written('A', 'hi', { at }),
      {
        type: 'edit',
        target: { chat: { phone }, waMessageId: 'A', fromMe: false },
        from: { phone },
        text: 'x',
        at,
      },
      { type: 'identity_changed', from: { phone }, to: { lid: '7' }, at },
    ] satisfies InboundEvent[]) {
      expect(JSON.parse(row(event)?.payload ?? '{}')).toMatchObject({ at: kept.toISOString() });
    }
  });

  it('keeps claims back where it says who somebody is', () => {
    expect(row({ type: 'identity', peers: [{ phone }, { lid: '7' }] })).toMatchObject({ stops: true });
    expect(row({ type: 'identity_changed', from: { phone }, to: { lid: '7' }, at: now })).toMatchObject({
      stops: true,
    });
  });

  it('can be stored and is bounded, whatever came', () => {
    const deep: Record<string, unknown> = {};
    let inner = deep;
    for (let depth = 0; depth < 50; depth += 1) inner = inner['next'] = {};
    const wide = Object.fromEntries(Array.from({ length: 500 }, (_, n) => [`k${n}`, 'x'.repeat(70_000)]));
    const kept = row(
      written('A', '', {
        pushName: `${'n'.repeat(500)}\0`,
        at: new Date(Number.NaN),
        content: { type: 'unsupported', name: 'odd', raw: { deep, wide, nul: 'a\0b\ud800' } },
      }),
    );
    expect(kept?.payload.length).toBeLessThan(6_000);
    expect(kept?.payload).not.toMatch(/\\u0000|\\ud800/);
    expect(JSON.parse(kept?.payload ?? '')).toMatchObject({
      at: now.toISOString(),
      pushName: 'n'.repeat(200),
    });
    const form = row(written('A', '', { content: { type: 'form', name: 'f', values: wide } }));
    expect(JSON.parse(form?.payload ?? '')).toMatchObject({ content: { type: 'unsupported', name: 'form' } });
    expect(form?.payload.length).toBeLessThan(6_000);
  });

  it.each<[string, boolean, boolean, 'opt_out' | 'opt_in' | undefined]>([
    ['an opt-out waits alone and holds claims', false, true, 'opt_out'],
    ['an opt-in waits alone', false, false, 'opt_in'],
    ['anything else is plain', true, false, undefined],
  ])('%s', (_, plain, stops, word) => {
    const heard = { tenantId: 't', senderId: 's', event: written('A', 'x') };
    expect(rowOf(heard, word, now)).toMatchObject({ plain, stops });
  });
});

describe('the text that may be a keyword', () => {
  const target = { chat: { phone }, waMessageId: 'A', fromMe: false };
  const edit: InboundEvent = { type: 'edit', target, from: { phone }, text: 'STOP', at: now };
  const content = (of: InboundContent) => written('A', '', { content: of });
  it.each<[string, InboundEvent, string]>([
    ['a text', written('A', 'STOP'), 'STOP'],
    ['a caption', content({ type: 'image', media, caption: 'STOP' }), 'STOP'],
    ['a tap', content({ type: 'button', id: 'b', text: 'STOP' }), 'STOP'],
    ['a row of a list', content({ type: 'list', id: 'l', text: 'STOP' }), 'STOP'],
    ['an edit', edit, 'STOP'],
    ['not the owner of the account', written('A', 'STOP', { fromMe: true }), ''],
    ['nor his edit', { ...edit, target: { ...target, fromMe: true } }, ''],
    ['nor the name of a place', content({ type: 'location', latitude: 1, longitude: 1, name: 'STOP' }), ''],
    ['nor a question', content({ type: 'poll', question: 'STOP', choices: [] }), ''],
    ['nor news of a person', { type: 'identity', peers: [{ phone }] }, ''],
  ])('%s', (_, event, text) => {
    expect(keywordText(event)).toBe(text);
  });

  it.each<[InboundContent, string]>([
    [{ type: 'voice', media }, ''],
    [
      {
        type: 'contacts',
        contacts: [
          { displayName: 'Ana', phones: [] },
          { displayName: 'Bia', phones: [] },
        ],
      },
      'Ana, Bia',
    ],
    [{ type: 'form', name: 'order', values: {} }, 'order'],
    [{ type: 'poll', question: 'When?', choices: ['now'] }, 'When?'],
    [{ type: 'unavailable', reason: 'view_once' }, ''],
    [{ type: 'unsupported', name: 'odd' }, ''],
  ])('what one can read of %j', (of, body) => {
    expect(readable(of)).toBe(body);
  });
});

describe('the events of each person', () => {
  const of = (
    id: string,
    lines: string[],
    contactIds: (string | null)[] = lines.map(() => null),
    tenantId = 't',
  ) => ({
    id,
    tenantId,
    lines,
    contactIds,
  });
  const ids = (events: ReturnType<typeof of>[]) =>
    byPerson(events).map((own) => own.map(({ id }) => id).join(' '));

  it.each<[string, ReturnType<typeof of>[], string[]]>([
    ['stay in order', [of('1', ['a']), of('2', ['b']), of('3', ['a'])], ['1 3', '2']],
    [
      'are joined by news of an identity, the earlier ones too',
      [of('1', ['l']), of('2', ['p']), of('3', ['l', 'p'])],
      ['1 2 3'],
    ],
    ['are joined by a contact', [of('1', ['l'], ['c']), of('2', ['p'], ['c'])], ['1 2']],
    [
      'are joined through a chain',
      [of('1', ['a']), of('2', ['b']), of('3', ['c']), of('4', ['b', 'c']), of('5', ['a', 'b'])],
      ['1 2 3 4 5'],
    ],
    ['are not joined over tenants', [of('1', ['a']), of('2', ['a'], [null], 'u')], ['1', '2']],
  ])('%s', (_, events, expected) => {
    expect(ids(events)).toEqual(expected);
  });

  it('are found in a moment, also where thousands are one person', () => {
    const many = Array.from({ length: 20_000 }, (_, n) => of(String(n), [`l${n}`, `l${n + 1}`]));
    expect(byPerson(many)).toHaveLength(1);
  });
});
