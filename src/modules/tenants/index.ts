export { SendWindowDto } from './send-window.dto.js';
export { OPERATOR_SLUG, TenantRepository } from './tenant.repository.js';
export { SettingsDto, UpdateSettingsDto } from './settings.dto.js';
export { presentSettings } from './settings.presenter.js';
export { SettingsService, type Settings, type SettingsDeps } from './settings.service.js';
export { windowErrors } from './core/window-errors.js';
export type { SendWindow } from './core/send-window.js';
export {
  type TenantTimes,
  scheduleAt,
  sendingHours,
  closedBy,
  type SendingHours,
} from './core/sending-hours.js';
export { nextOpening, type Schedule, isOpen } from './core/window.js';
export { purposes, rulesOf, type Purpose } from './core/purpose.js';
export { tenantTimes } from './tenant-times.repository.js';
export { refuseBeyond, type Quota } from './quota.js';
export { changeUsage, usageOf, type UsageKind } from './usage.repository.js';
export { retentionKinds, type Retention, type RetentionKind } from './core/retention.js';
export { tenantsWithRetention } from './retention.repository.js';
export { applyRetention } from './tenant.jobs.js';
export { tenantWords } from './tenant-words.repository.js';
export type { TenantWords, WordKind } from './core/consent-words.js';
