import { DomainError } from '../../lib/errors.js';
import { readableSize } from '../../lib/media-types.js';

/** What a tenant may keep of a kind. */
export interface Quota {
  /** In words: "files of messages". */
  what: string;
  limitBytes: number;
  setting: string;
  /** How to make room. */
  fix: string;
}

/** Refuses (`not_possible`, `storage_quota`) to keep more than the quota allows, naming it and what makes room. */
export function refuseBeyond(quota: Quota, bytes: number): void {
  if (bytes <= quota.limitBytes) return;
  const { what, limitBytes, setting, fix } = quota;
  throw new DomainError(
    'not_possible',
    'storage_quota',
    `With this, ${what} would take up ${readableSize(bytes)}; a tenant may keep ${readableSize(limitBytes)} ` +
      `(${setting}). ${fix}`,
  );
}
