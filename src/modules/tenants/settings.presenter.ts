import { NO_CHANGES } from './core/consent-words.js';
import { KEEP_ALL } from './core/retention.js';
import type { SettingsDto } from './settings.dto.js';
import type { Settings } from './settings.service.js';

export function presentSettings(settings: Settings): SettingsDto {
  return {
    timeZone: settings.timeZone,
    sendWindow: settings.sendWindow,
    quietHours: settings.quietHours,
    frequencyCap: settings.frequencyCap,
    numberChecksPerDay: settings.numberChecksPerDay,
    optOutWords: settings.optOutWords ?? NO_CHANGES.opt_out,
    optInWords: settings.optInWords ?? NO_CHANGES.opt_in,
    retention: { ...KEEP_ALL, ...settings.retention },
    updatedAt: settings.updatedAt?.toISOString() ?? null,
  };
}
