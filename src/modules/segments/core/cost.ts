import type { FieldError } from '../../../lib/errors.js';
import type { Filter, Question } from './filter.js';

/**
 * Conditions that no index answers, so that each is worked out for every contact: a part of a text, a number or a day
 * inside an attribute, and those that look into another table. One takes a second or more for a few hundred thousand
 * contacts.
 */
export const MAX_COSTLY_CONDITIONS = 20;
/** Values of all `in` and `notIn` together. */
export const MAX_VALUES_IN_ALL = 2_000;

/** An attribute's values are looked for in an index, each on its own, up to this many of them. */
const FEW_VALUES = 10;

export interface FilterCost {
  costly: number;
  values: number;
}

/** Of several filters together. */
export function costOfAll(filters: readonly Filter[]): FilterCost {
  const costs = filters.flatMap(conditionsOf).map(costOf);
  return {
    costly: costs.reduce((sum, cost) => sum + cost.costly, 0),
    values: costs.reduce((sum, cost) => sum + cost.values, 0),
  };
}

function conditionsOf(filter: Filter): Question[] {
  if ('condition' in filter) return [filter.condition];
  if ('not' in filter) return conditionsOf(filter.not);
  return ('all' in filter ? filter.all : filter.any).flatMap(conditionsOf);
}

export function costOf(question: Question): FilterCost {
  return { costly: isCostly(question) ? 1 : 0, values: valuesIn(question) };
}

/** What to change about a filter that costs too much. */
export function costErrors({ costly, values }: FilterCost, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (costly > MAX_COSTLY_CONDITIONS) {
    errors.push({
      path,
      message:
        `has ${costly} conditions that are compared with every contact; at most ${MAX_COSTLY_CONDITIONS} fit. ` +
        'Use equals or tags instead of contains where you can, or divide the filter',
    });
  }
  if (values > MAX_VALUES_IN_ALL) {
    errors.push({
      path,
      message: `names ${values} values; at most ${MAX_VALUES_IN_ALL} fit. Put the contacts on a list instead`,
    });
  }
  return errors;
}

function isCostly(question: Question): boolean {
  switch (question.on) {
    case 'name':
      return question.test.kind !== 'anyOf';
    case 'phoneNumber':
      return question.test.kind === 'contains';
    case 'attribute':
      return question.test.kind !== 'anyOf' || question.test.values.length > FEW_VALUES;
    case 'country':
      return question.countries.length > FEW_VALUES;
    case 'identity':
    case 'consent':
    case 'list':
    case 'activity':
      return true;
    case 'tags':
      return question.test.kind === 'anyOf' && question.test.tags.length > FEW_VALUES;
    case 'createdAt':
    case 'optedOut':
      return false;
  }
}

function valuesIn(question: Question): number {
  switch (question.on) {
    case 'name':
    case 'phoneNumber':
    case 'attribute':
      return question.test.kind === 'anyOf' ? question.test.values.length : 0;
    case 'country':
      return question.countries.length;
    case 'tags':
      return question.test.kind === 'anyOf' ? question.test.tags.length : 0;
    case 'list':
      return question.ids.length;
    case 'identity':
    case 'consent':
    case 'createdAt':
    case 'optedOut':
    case 'activity':
      return 0;
  }
}
