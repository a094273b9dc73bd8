import type { FieldError } from '../../../lib/errors.js';
import { keyError } from './attributes.js';

/** Which contacts are meant; everything that is given has to hold. */
export interface ContactFilter {
  /** A part of the name (with one or two letters: the start of one of its words), or the start of the number or LID. */
  q?: string;
  /** E.164. */
  phoneNumber?: string;
  /** Of another identity, as core/identity.ts writes it. */
  address?: string;
  /** Whether the number of the person is known. */
  hasPhone?: boolean;
  listId?: string;
  /** All of them. */
  tags?: string[];
  /** All of them, each as text, number or truth value. */
  attributes?: Record<string, unknown>;
  optedOut?: boolean;
}

/** `city:Recife` as `{ city: 'Recife' }`; the value may contain colons. */
export function parseAttributeFilters(
  texts: readonly string[],
): { ok: true; attributes: Record<string, string> } | { ok: false; errors: FieldError[] } {
  const attributes: Record<string, string> = {};
  const errors: FieldError[] = [];
  texts.forEach((text, index) => {
    const at = text.indexOf(':');
    const key = text.slice(0, Math.max(at, 0)).trim();
    const message = at < 0 ? 'Write it as key:value, such as city:Recife.' : keyError(key);
    if (message === undefined) attributes[key] = text.slice(at + 1).trim();
    else errors.push({ path: `attribute[${index}]`, message });
  });
  return errors.length > 0 ? { ok: false, errors } : { ok: true, attributes };
}

/** The JSON values that read like this one: files and forms know no numbers, so "3" also finds 3. */
export function jsonReadings(value: unknown): unknown[] {
  if (typeof value !== 'string') return [value];
  if (value === 'true' || value === 'false') return [value, value === 'true'];
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,6})?$/.test(value) ? [value, Number(value)] : [value];
}
