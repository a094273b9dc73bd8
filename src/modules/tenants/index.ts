export { SendWindowDto } from './send-window.dto.js';
export { OPERATOR_SLUG, TenantRepository } from './tenant.repository.js';
export { SettingsDto, UpdateSettingsDto } from './settings.dto.js';
export { presentSettings } from './settings.presenter.js';
export { SettingsService, type Settings, type SettingsDeps } from './settings.service.js';
