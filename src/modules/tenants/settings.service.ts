import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { invalid, type FieldError } from '../../lib/errors.js';
import { isTimeZone } from '../../lib/zone.js';
import { findSettings, lockSettings, saveSettings, type SettingsValues } from './settings.repository.js';

export interface SettingsDeps {
  database: Database;
  clock: Clock;
  /** What is wrong with a window for sending, named below `path`; the rules are those of campaigns. */
  checkWindow(window: NonNullable<SettingsValues['sendWindow']>, path: string): FieldError[];
}

/** `updatedAt` is null for a tenant that never changed anything. */
export type Settings = SettingsValues & { updatedAt: Date | null };

const DEFAULTS: Settings = {
  timeZone: 'UTC',
  sendWindow: null,
  quietHours: null,
  frequencyCap: null,
  numberChecksPerDay: 1_000,
  updatedAt: null,
};

/** The tenant's settings for all of its campaigns. */
export class SettingsService {
  constructor(private readonly deps: SettingsDeps) {}

  async get(tenantId: string): Promise<Settings> {
    return (await findSettings(this.deps.database.manager, tenantId)) ?? DEFAULTS;
  }

  /** Changes what is given; null takes away a window, quiet hours or a cap. Running campaigns follow from their next message on. */
  async update(tenantId: string, changes: Partial<SettingsValues>): Promise<Settings> {
    this.refuseBad(changes);
    return this.deps.database.transaction(async (tx) => {
      const settings = await lockSettings(tx, tenantId);
      const { timeZone, sendWindow, quietHours, frequencyCap, numberChecksPerDay } = changes;
      settings.timeZone = timeZone ?? settings.timeZone;
      settings.numberChecksPerDay = numberChecksPerDay ?? settings.numberChecksPerDay;
      if (sendWindow !== undefined) settings.sendWindow = sendWindow;
      if (quietHours !== undefined) settings.quietHours = quietHours;
      if (frequencyCap !== undefined) settings.frequencyCap = frequencyCap;
      settings.updatedAt = this.deps.clock.now();
      await saveSettings(tx, settings);
      return settings;
    });
  }

  private refuseBad({ timeZone, sendWindow, quietHours }: Partial<SettingsValues>): void {
    const errors: FieldError[] = sendWindow ? this.deps.checkWindow(sendWindow, 'sendWindow') : [];
    if (quietHours) {
      errors.push(...this.deps.checkWindow({ timeZone: quietHours.timeZone, days: [] }, 'quietHours'));
      const { from, to } = quietHours;
      if (from === to || from === '24:00') {
        errors.push({ path: 'quietHours', message: `${from} to ${to} is no time of the night` });
      }
      if (from === '00:00' && to === '24:00') {
        const message = 'the whole day is quiet, so no campaign would ever send; pause the campaigns instead';
        errors.push({ path: 'quietHours', message });
      }
    }
    if (timeZone != null && !isTimeZone(timeZone)) {
      const message = `"${timeZone}" is no time zone; write a name such as America/Sao_Paulo`;
      errors.push({ path: 'timeZone', message });
    }
    if (errors.length > 0) throw invalid(errors);
  }
}
