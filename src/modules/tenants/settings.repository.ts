import type { Tx } from '../../db/index.js';
import { TenantSettings } from './tenant-settings.entity.js';

export type SettingsValues = Omit<TenantSettings, 'tenantId' | 'updatedAt'>;

export async function findSettings(tx: Tx, tenantId: string): Promise<TenantSettings | null> {
  return tx.findOneBy(TenantSettings, { tenantId });
}

/** Makes the row if need be and locks it, so that two changes at once do not undo each other. */
export async function lockSettings(tx: Tx, tenantId: string): Promise<TenantSettings> {
  await tx.query('INSERT INTO tenant_settings (tenant_id) VALUES ($1) ON CONFLICT (tenant_id) DO NOTHING', [
    tenantId,
  ]);
  await tx.query('SELECT 1 FROM tenant_settings WHERE tenant_id = $1 FOR UPDATE', [tenantId]);
  return tx.findOneByOrFail(TenantSettings, { tenantId });
}

export async function saveSettings(tx: Tx, settings: TenantSettings): Promise<void> {
  await tx.query(
    `UPDATE tenant_settings
     SET time_zone = $2, send_window = $3, frequency_cap = $4, number_checks_per_day = $5, quiet_hours = $6,
       opt_out_words = $7, opt_in_words = $8, retention = $9, updated_at = $10
     WHERE tenant_id = $1`,
    [
      settings.tenantId,
      settings.timeZone,
      settings.sendWindow && JSON.stringify(settings.sendWindow),
      settings.frequencyCap && JSON.stringify(settings.frequencyCap),
      settings.numberChecksPerDay,
      settings.quietHours && JSON.stringify(settings.quietHours),
      settings.optOutWords && JSON.stringify(settings.optOutWords),
      settings.optInWords && JSON.stringify(settings.optInWords),
      settings.retention && JSON.stringify(settings.retention),
      settings.updatedAt,
    ],
  );
}
