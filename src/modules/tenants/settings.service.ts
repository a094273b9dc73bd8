import type { Database } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import { invalid, refuse, type FieldError } from '../../lib/errors.js';
import { isTimeZone } from '../../lib/zone.js';
import { NO_CHANGES, type WordChanges } from './core/consent-words.js';
import { changedRetention, deliveryDaysErrors, type Retention } from './core/retention.js';
import { wordErrors } from './core/word-errors.js';
import { findSettings, lockSettings, saveSettings, type SettingsValues } from './settings.repository.js';

export interface SettingsDeps {
  database: Database;
  clock: Clock;
  /** What is wrong with a window for sending, named below `path`; the rules are those of campaigns. */
  checkWindow(window: NonNullable<SettingsValues['sendWindow']>, path: string): FieldError[];
}

/** A list that is not named stays as it is; null goes back to the words that are built in. */
interface WordsInput {
  added?: string[] | null;
  removed?: string[] | null;
}
export type SettingsChanges = Partial<Omit<SettingsValues, 'optOutWords' | 'optInWords' | 'retention'>> & {
  retention?: Partial<Retention> | null;
  optOutWords?: WordsInput | null;
  optInWords?: WordsInput | null;
};

/** `updatedAt` is null for a tenant that never changed anything. */
export type Settings = SettingsValues & { updatedAt: Date | null };

const DEFAULTS: Settings = {
  timeZone: 'UTC',
  sendWindow: null,
  quietHours: null,
  frequencyCap: null,
  numberChecksPerDay: 1_000,
  optOutWords: null,
  optInWords: null,
  retention: null,
  updatedAt: null,
};

/** The tenant's settings for all of its campaigns. */
export class SettingsService {
  constructor(private readonly deps: SettingsDeps) {}

  async get(tenantId: string): Promise<Settings> {
    return (await findSettings(this.deps.database.manager, tenantId)) ?? DEFAULTS;
  }

  /** Changes what is given; null takes away a window, quiet hours or a cap. It holds from the next message on. */
  async update(tenantId: string, changes: SettingsChanges): Promise<Settings> {
    this.refuseBad(changes);
    return this.deps.database.transaction(async (tx) => {
      const settings = await lockSettings(tx, tenantId);
      const { timeZone, sendWindow, quietHours, frequencyCap, numberChecksPerDay } = changes;
      settings.timeZone = timeZone ?? settings.timeZone;
      settings.numberChecksPerDay = numberChecksPerDay ?? settings.numberChecksPerDay;
      if (sendWindow !== undefined) settings.sendWindow = sendWindow;
      if (quietHours !== undefined) settings.quietHours = quietHours;
      if (frequencyCap !== undefined) settings.frequencyCap = frequencyCap;
      if (changes.retention !== undefined) {
        settings.retention = changedRetention(settings.retention, changes.retention);
      }
      refuse(
        deliveryDaysErrors(
          settings.retention,
          settings.frequencyCap,
          changes.retention?.deliveryDays == null ? 'frequencyCap' : 'retention',
        ),
      );
      changeWords(settings, changes);
      settings.updatedAt = this.deps.clock.now();
      await saveSettings(tx, settings);
      return settings;
    });
  }

  private refuseBad({ timeZone, sendWindow, quietHours }: SettingsChanges): void {
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

/** The two kinds are checked together, because no word may be of both. */
function changeWords(settings: SettingsValues, { optOutWords, optInWords }: SettingsChanges): void {
  if (optOutWords === undefined && optInWords === undefined) return;
  settings.optOutWords = changed(settings.optOutWords, optOutWords);
  settings.optInWords = changed(settings.optInWords, optInWords);
  const errors = wordErrors({
    opt_out: settings.optOutWords ?? NO_CHANGES.opt_out,
    opt_in: settings.optInWords ?? NO_CHANGES.opt_in,
  });
  if (errors.length > 0) throw invalid(errors);
}

function changed(words: WordChanges | null, input: WordsInput | null | undefined): WordChanges | null {
  if (input === undefined) return words;
  if (input === null) return null;
  const { added, removed } = words ?? NO_CHANGES.opt_out;
  const trimmed = (list: string[]) => list.map((word) => word.trim());
  return { added: trimmed(input.added ?? added), removed: trimmed(input.removed ?? removed) };
}
