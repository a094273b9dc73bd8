import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SettingsService, windowErrors } from '../../src/modules/tenants/index.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const now = new Date('2026-03-02T10:00:00Z');
let db: TestDatabase;
let settings: SettingsService;
let tenantId: string;

beforeAll(async () => {
  db = await createTestDatabase();
  tenantId = await db.createTenant();
  settings = new SettingsService({
    database: db.database,
    clock: { now: () => now },
    checkWindow: windowErrors,
  });
});
afterAll(() => db.close());

describe('the settings of a tenant', () => {
  it('have defaults before the first change', async () => {
    expect(await settings.get(tenantId)).toEqual({
      timeZone: 'UTC',
      sendWindow: null,
      quietHours: null,
      frequencyCap: null,
      numberChecksPerDay: 1_000,
      optOutWords: null,
      optInWords: null,
      retention: null,
      updatedAt: null,
    });
  });

  it('change in what is given, and null takes away', async () => {
    const window = { timeZone: 'recipient', days: [{ day: 1, from: '09:00', to: '18:00' }] };
    const quietHours = { from: '21:00', to: '08:00', timeZone: 'tenant' };
    await settings.update(tenantId, { timeZone: 'America/Sao_Paulo', sendWindow: window, quietHours });
    await settings.update(tenantId, { frequencyCap: { messages: 2, days: 7 }, numberChecksPerDay: 0 });
    expect(await settings.get(tenantId)).toMatchObject({
      timeZone: 'America/Sao_Paulo',
      sendWindow: window,
      quietHours,
      frequencyCap: { messages: 2, days: 7 },
      numberChecksPerDay: 0,
      updatedAt: now,
    });
    await settings.update(tenantId, { sendWindow: null, quietHours: null, frequencyCap: null });
    expect(await settings.get(tenantId)).toMatchObject({
      timeZone: 'America/Sao_Paulo',
      sendWindow: null,
      quietHours: null,
      frequencyCap: null,
    });
  });

  it('are not undone by another change at the same time', async () => {
    const other = await db.createTenant();
    await Promise.all([
      settings.update(other, { timeZone: 'Europe/Lisbon' }),
      settings.update(other, { frequencyCap: { messages: 1, days: 1 } }),
      settings.update(other, { numberChecksPerDay: 7 }),
    ]);
    expect(await settings.get(other)).toMatchObject({
      timeZone: 'Europe/Lisbon',
      frequencyCap: { messages: 1, days: 1 },
      numberChecksPerDay: 7,
    });
  });

  it('what is kept for some days changes kind by kind, and null keeps it for ever', async () => {
    const other = await db.createTenant();
    await settings.update(other, { retention: { messageTextDays: 90 } });
    await settings.update(other, { retention: {} });
    expect(await settings.get(other)).toMatchObject({
      retention: { messageTextDays: 90, mediaDays: null, deliveryDays: null, importDays: null },
    });
    await settings.update(other, { retention: { importDays: 7 } });
    expect(await settings.get(other)).toMatchObject({ retention: { messageTextDays: 90, importDays: 7 } });
    await settings.update(other, { retention: { messageTextDays: null, importDays: null } });
    expect(await settings.get(other)).toMatchObject({ retention: null });
    await settings.update(other, { retention: { messageTextDays: 1 } });
    await settings.update(other, { retention: null });
    expect(await settings.get(other)).toMatchObject({ retention: null });
  });

  it('deliveries are kept at least as long as the frequency cap counts them, whichever is changed', async () => {
    const other = await db.createTenant();
    const refused = (changes: Parameters<typeof settings.update>[1], path: string, message: string) =>
      expect(settings.update(other, changes)).rejects.toMatchObject({
        kind: 'invalid',
        errors: [{ path, message: expect.stringContaining(message) }],
      });
    await settings.update(other, { frequencyCap: { messages: 2, days: 30 } });
    await refused({ retention: { deliveryDays: 29 } }, 'retention.deliveryDays', 'must be at least 30');
    await settings.update(other, { retention: { deliveryDays: 30 } });
    await refused({ frequencyCap: { messages: 2, days: 31 } }, 'frequencyCap.days', 'must be at most 30');
    await settings.update(other, { frequencyCap: null });
    const both = { frequencyCap: { messages: 2, days: 8 }, retention: { deliveryDays: 7 } };
    await refused(both, 'retention.deliveryDays', 'must be at least 8');
    expect(await settings.get(other)).toMatchObject({ frequencyCap: null, retention: { deliveryDays: 30 } });
  });

  it('words change list by list, and null goes back to those built in', async () => {
    const other = await db.createTenant();
    await settings.update(other, { optOutWords: { added: [' Chega ', 'não quero'] } });
    await settings.update(other, { optOutWords: { removed: ['alto'] } });
    await settings.update(other, { optInWords: { added: ['quero'], removed: null } });
    expect(await settings.get(other)).toMatchObject({
      optOutWords: { added: ['Chega', 'não quero'], removed: ['alto'] },
      optInWords: { added: ['quero'], removed: [] },
    });
    await settings.update(other, { optOutWords: null });
    expect(await settings.get(other)).toMatchObject({ optOutWords: null, optInWords: { added: ['quero'] } });
  });

  it('a word may change sides once the other side has let it go', async () => {
    const other = await db.createTenant();
    const moved = { optOutWords: { added: ['voltar'] }, optInWords: { removed: ['voltar'] } };
    await expect(settings.update(other, { optOutWords: moved.optOutWords })).rejects.toMatchObject({
      errors: [
        { path: 'optOutWords.added[0]', message: expect.stringContaining('optInWords.removed first') },
      ],
    });
    expect(await settings.update(other, moved)).toMatchObject(moved);
  });

  it.each([
    ['the first row removed', { removed: ['alto', 'STOP'] }, 'optOutWords.removed[1]', 'cannot be removed'],
    [
      'the first row in another form',
      { removed: ['Opt-Out'] },
      'optOutWords.removed[0]',
      'cannot be removed',
    ],
    [
      'what is no word of ours',
      { removed: ['chega'] },
      'optOutWords.removed[0]',
      'taken out of optOutWords.added',
    ],
    ['the same word twice', { added: ['chega', 'CHEGA!'] }, 'optOutWords.added[1]', 'is the same word as'],
    [
      'added and removed',
      { added: ['Álto'], removed: ['alto'] },
      'optOutWords.added[0]',
      'leave it out of one',
    ],
    ['nothing but an emoji', { added: ['🛑'] }, 'optOutWords.added[0]', 'a letter or a digit'],
    ['nothing', { added: [''] }, 'optOutWords.added[0]', 'a letter or a digit'],
    ['an opt-in word', { added: ['Start'] }, 'optOutWords.added[0]', 'always an opt-in word'],
    ['a long text', { added: ['x'.repeat(41)] }, 'optOutWords.added[0]', 'at most 40'],
    ['half a character', { added: ['a\uD83D'] }, 'optOutWords.added[0]', 'broken or NUL'],
  ])('%s is refused: %j', async (_, optOutWords, path, message) => {
    await expect(settings.update(tenantId, { optOutWords })).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path, message: expect.stringContaining(message) }],
    });
    expect(await settings.get(tenantId)).toMatchObject({ optOutWords: null });
  });

  it('an opt-out word is no opt-in word', async () => {
    const refused = async (word: string, message: string) =>
      expect(settings.update(tenantId, { optInWords: { added: [word] } })).rejects.toMatchObject({
        errors: [{ path: 'optInWords.added[0]', message: expect.stringContaining(message) }],
      });
    await refused('Stop', 'always an opt-out word');
    await refused('pare', 'optOutWords.removed first');
  });

  it.each([
    ['no zone', { timeZone: 'Mars/Olympus' }, 'timeZone'],
    ['an offset for a zone', { timeZone: '+03:00' }, 'timeZone'],
    ['a window in no zone', { sendWindow: { timeZone: 'here', days: [] } }, 'sendWindow.timeZone'],
    [
      'a window of no length',
      { sendWindow: { timeZone: 'tenant', days: [{ day: 1, from: '09:00', to: '09:00' }] } },
      'sendWindow.days[0]',
    ],
    [
      'quiet hours in no zone',
      { quietHours: { from: '21:00', to: '08:00', timeZone: 'x' } },
      'quietHours.timeZone',
    ],
    [
      'quiet hours that last all day',
      { quietHours: { from: '00:00', to: '24:00', timeZone: 'tenant' } },
      'quietHours',
    ],
    [
      'quiet hours of no length',
      { quietHours: { from: '21:00', to: '21:00', timeZone: 'tenant' } },
      'quietHours',
    ],
  ])('%s is refused by its place', async (_, changes, path) => {
    await expect(settings.update(tenantId, changes)).rejects.toMatchObject({
      kind: 'invalid',
      errors: [{ path }],
    });
  });

  it('belong to one tenant', async () => {
    const other = await db.createTenant();
    await settings.update(tenantId, { numberChecksPerDay: 5 });
    expect(await settings.get(other)).toMatchObject({ numberChecksPerDay: 1_000, updatedAt: null });
  });
});
