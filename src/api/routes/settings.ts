import {
  presentSettings,
  SettingsDto,
  UpdateSettingsDto,
  type SettingsService,
} from '../../modules/tenants/index.js';
import { defineRoute, ok, type Route } from '../route.js';

const tag = 'settings';

/** What holds for all campaigns of a tenant. */
export function settingsRoutes({ settings }: { settings: SettingsService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/settings',
      tag,
      summary:
        'Show the time zone, the window for sending, the frequency cap, the number checks and the opt-out words',
      access: 'campaigns:read',
      work: 'short',
      response: { status: 200, description: 'The settings.', data: SettingsDto },
      handler: async ({ principal }) => ok(presentSettings(await settings.get(principal.tenantId))),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/settings',
      tag,
      summary: 'Change settings; running campaigns follow from their next message on',
      access: 'settings:manage',
      body: UpdateSettingsDto,
      response: { status: 200, description: 'The settings.', data: SettingsDto },
      handler: async ({ principal, body }) =>
        ok(presentSettings(await settings.update(principal.tenantId, body))),
    }),
  ];
}
