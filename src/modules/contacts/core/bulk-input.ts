import { composed } from '../../../lib/composed.js';
import type { FieldError } from '../../../lib/errors.js';
import { attributeErrors, type Attributes } from './attributes.js';
import { cleanTags, tagErrors } from './tags.js';

export interface BulkChangesInput {
  addTags?: string[];
  removeTags?: string[];
  addToListIds?: string[];
  removeFromListIds?: string[];
  attributes?: Attributes;
  optedOut?: boolean | null;
}

/** The changes as they are done, or everything that is wrong with them. */
export function parseChanges(input: BulkChangesInput) {
  const addTags = cleanTags(input.addTags);
  const removeTags = cleanTags(input.removeTags);
  const attributes = Object.entries(composed(input.attributes ?? {}));
  const changes = {
    addTags,
    removeTags,
    addToListIds: [...new Set(input.addToListIds)],
    removeFromListIds: [...new Set(input.removeFromListIds)],
    setAttributes: Object.fromEntries(attributes.filter(([, value]) => value !== null)),
    removeAttributes: attributes.filter(([, value]) => value === null).map(([key]) => key),
    optedOut: input.optedOut ?? undefined,
  };
  const errors: FieldError[] = [
    ...tagErrors(addTags, 'changes.addTags'),
    ...attributeErrors(input.attributes ?? {}, 'changes.attributes'),
    ...inBoth(addTags, removeTags, 'changes.removeTags'),
    ...inBoth(changes.addToListIds, changes.removeFromListIds, 'changes.removeFromListIds'),
  ];
  const isEmpty = Object.values(changes).every(
    (value) => value === undefined || (typeof value === 'object' && Object.keys(value).length === 0),
  );
  if (isEmpty) errors.push({ path: 'changes', message: 'Say what to change, such as {"addTags":["vip"]}.' });
  return errors.length > 0 ? { ok: false as const, errors } : { ok: true as const, changes };
}

function inBoth(added: readonly string[], removed: readonly string[], path: string): FieldError[] {
  return removed
    .filter((item) => added.includes(item))
    .map((item) => ({ path, message: `"${item}" cannot be added and removed at once.` }));
}
