import { DomainError, invalid, type FieldError } from '../../lib/errors.js';
import { normalisePhone } from '../../lib/phone.js';
import type { Transport, TransportName, TransportRegistry } from '../../transports/transport.js';

export interface Quotas {
  quotaPerMinute: number;
  quotaPerHour: number;
  quotaPerDay: number;
}

/** Answers of one sender in a minute, unless set. */
export const DEFAULT_ANSWERS_PER_MINUTE = 60;

/** The engine's defaults (see docs: quotas and pace). */
export const DEFAULT_QUOTAS: Quotas = { quotaPerMinute: 20, quotaPerHour: 500, quotaPerDay: 5_000 };

export interface SenderInput extends Partial<Quotas> {
  name: string;
  /** E.164, or national with the default country. */
  phoneNumber?: string | null;
  transport: TransportName;
  transportConfig?: Record<string, unknown>;
  tags?: string[];
  /** Counted apart from the quotas. */
  answersPerMinute?: number;
  /** A daily quota for each of the first days; null for none. */
  warmUp?: { quotas: number[] } | null;
}

export type SenderChanges = Partial<Omit<SenderInput, 'transport'>>;

/** The transport; `invalid`, with a list of those this installation runs, when there is no such one. */
export function requireTransport(registry: TransportRegistry, name: TransportName): Transport {
  const transport = registry[name];
  if (transport) return transport;
  const known = Object.keys(registry).join(', ') || 'none';
  throw invalid([{ path: 'transport', message: `"${name}" is not available here; available: ${known}` }]);
}

export function configErrors(transport: Transport, config: Record<string, unknown>): FieldError[] {
  return transport.validateConfig(config).map(({ path, message }) => ({
    path: path && path !== 'transportConfig' ? `transportConfig.${path}` : 'transportConfig',
    message,
  }));
}

/** A quota below 1 would never send; a longer window's quota below a shorter one's makes the shorter meaningless. */
export function quotaErrors(quotas: Quotas): FieldError[] {
  const errors: FieldError[] = [];
  for (const path of ['quotaPerMinute', 'quotaPerHour', 'quotaPerDay'] as const) {
    if (!Number.isInteger(quotas[path]) || quotas[path] < 1) {
      errors.push({ path, message: 'must be a whole number of at least 1; pause the sender to stop it' });
    }
  }
  if (quotas.quotaPerHour < quotas.quotaPerMinute) {
    errors.push({
      path: 'quotaPerHour',
      message: `must be at least quotaPerMinute (${quotas.quotaPerMinute})`,
    });
  }
  if (quotas.quotaPerDay < quotas.quotaPerHour) {
    errors.push({ path: 'quotaPerDay', message: `must be at least quotaPerHour (${quotas.quotaPerHour})` });
  }
  return errors;
}

/**
 * Quotas as they will be stored. One that was not given follows those that were, so that `quotaPerMinute: 600` alone
 * is accepted and `quotaPerDay: 100` alone is too.
 */
export function completeQuotas(given: Partial<Quotas>, base: Quotas): Quotas {
  const { quotaPerMinute, quotaPerHour, quotaPerDay } = given;
  const day = quotaPerDay ?? Math.max(base.quotaPerDay, quotaPerHour ?? 0, quotaPerMinute ?? 0);
  const hour = quotaPerHour ?? Math.min(Math.max(base.quotaPerHour, quotaPerMinute ?? 0), day);
  const minute = quotaPerMinute ?? Math.min(base.quotaPerMinute, hour);
  return { quotaPerMinute: minute, quotaPerHour: hour, quotaPerDay: day };
}

/** The number in E.164, null when there is none, or the reason why it is not one. */
export function phoneOf(
  input: string | null | undefined,
  defaultCountry: string | undefined,
): { phone: string | null; errors: FieldError[] } {
  if (input === null || input === undefined || input.trim() === '') return { phone: null, errors: [] };
  const outcome = normalisePhone(input, defaultCountry);
  if (outcome.ok) return { phone: outcome.phone, errors: [] };
  return { phone: null, errors: [{ path: 'phoneNumber', message: outcome.reason }] };
}

export function nameTaken(name: string): DomainError {
  const message = `There is already a sender called "${name}". Choose another name.`;
  return new DomainError('conflict', 'sender_name_taken', message, { errors: [{ path: 'name', message }] });
}

/** Tags without surrounding space, each once. */
export function tidyTags(tags: string[] | undefined): string[] {
  return [...new Set((tags ?? []).map((tag) => tag.trim()).filter((tag) => tag !== ''))];
}
