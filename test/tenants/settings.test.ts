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
