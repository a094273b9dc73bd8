import type { SettingsDto } from './settings.dto.js';
import type { Settings } from './settings.service.js';

export function presentSettings(settings: Settings): SettingsDto {
  return {
    timeZone: settings.timeZone,
    sendWindow: settings.sendWindow,
    quietHours: settings.quietHours,
    frequencyCap: settings.frequencyCap,
    numberChecksPerDay: settings.numberChecksPerDay,
    updatedAt: settings.updatedAt?.toISOString() ?? null,
  };
}
