import { composed } from '../../../lib/composed.js';
import type { FieldError } from '../../../lib/errors.js';
import { isStorable } from '../../../lib/storable.js';
import { personName } from '../../../lib/names.js';
import type { YieldingWork } from '../../../lib/yielding-work.js';

/** A recipient as a caller wrote it, checked for its shape only. */
export interface InlineContact {
  /** Where it stood in the request: `contacts[3]`. */
  path: string;
  phoneNumber: string;
  name: string | null;
  variables: Record<string, unknown>;
}

const MAX_NAME = 200;
const MAX_VARIABLES_BYTES = 10_000;
/** An answer lists the first of them; contacts after so many are not looked at any more. */
const MAX_ERRORS = 1_000;
const FIELDS = new Set(['phoneNumber', 'name', 'variables']);

/**
 * Reads `contacts`: each a phone number or `{phoneNumber, name?, variables?}`. Every error names its path, such as
 * `contacts[3].name`. There may be ten thousand of them, so others have a turn in between.
 */
export async function parseContacts(
  input: readonly unknown[],
  work: YieldingWork,
): Promise<{ contacts: InlineContact[]; errors: FieldError[] }> {
  const errors: FieldError[] = [];
  const contacts: InlineContact[] = [];
  for (const [index, item] of input.entries()) {
    if (errors.length >= MAX_ERRORS) break;
    const contact = parseContact(item, `contacts[${index}]`, errors);
    if (contact) contacts.push(contact);
    await work.yieldIfDue();
  }
  return { contacts, errors };
}

/** Reads one of them, which stands at `path`; undefined when errors were added. */
export function parseContact(item: unknown, path: string, errors: FieldError[]): InlineContact | undefined {
  if (typeof item === 'string') return { path, phoneNumber: item, name: null, variables: {} };
  if (!isRecord(item)) {
    errors.push({ path, message: 'must be a phone number or {phoneNumber, name?, variables?}' });
    return undefined;
  }
  const ownErrors = contactErrors(item, path);
  errors.push(...ownErrors);
  if (ownErrors.length > 0) return undefined;
  return {
    path,
    phoneNumber: String(item['phoneNumber']),
    name: typeof item['name'] === 'string' ? personName(item['name']) : null,
    variables: isRecord(item['variables']) ? composed(item['variables']) : {},
  };
}

function contactErrors(item: Record<string, unknown>, path: string): FieldError[] {
  const errors: FieldError[] = Object.keys(item)
    .filter((field) => !FIELDS.has(field))
    .map((field) => ({
      path: `${path}.${field}`,
      message: 'is not known; use phoneNumber, name and variables (own fields go into variables)',
    }));
  const { phoneNumber, name, variables } = item;
  if (typeof phoneNumber !== 'string') {
    errors.push({ path: `${path}.phoneNumber`, message: 'must be a text such as "+5511987654321"' });
  }
  if (name !== undefined && name !== null && (typeof name !== 'string' || name.length > MAX_NAME)) {
    errors.push({ path: `${path}.name`, message: `must be a text of at most ${MAX_NAME} characters` });
  }
  if (variables !== undefined && variables !== null && !isRecord(variables)) {
    errors.push({ path: `${path}.variables`, message: 'must be an object such as {"city": "Recife"}' });
  } else if (JSON.stringify(variables ?? {}).length > MAX_VARIABLES_BYTES) {
    errors.push({
      path: `${path}.variables`,
      message: `must be at most ${MAX_VARIABLES_BYTES} characters`,
    });
  }
  if (!isStorable(name) || !isStorable(variables)) {
    errors.push({ path, message: 'contains a broken or NUL character, which cannot be stored' });
  }
  return errors;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
