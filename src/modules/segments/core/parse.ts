import type { FieldError } from '../../../lib/errors.js';
import { costErrors, costOf, type FilterCost } from './cost.js';
import { fieldNamed, fieldNames, operators, type Operator } from './fields.js';
import { activities, type Activity, type Condition, type Filter, type Reference } from './filter.js';
import { isRecord, ErrorCollector, parseBoolean, parseDays, parseId } from './reader.js';

const MAX_DEPTH = 6;
const MAX_CONDITIONS = 100;
const ACTIVITY_KEYS = ['activity', 'campaignId', 'withinDays', 'negate'];
const CONDITION_KEYS = ['field', 'op', 'value'];
const SHAPES = '{all: [...]}, {any: [...]}, {not: {...}}, {field, op, value} or {activity, ...}';

export type ParsedFilter =
  { ok: true; filter: Filter; references: Reference[] } | { ok: false; errors: FieldError[] };

/** Parses a filter of a request; every error names its path in the tree (`filter.all[1].op`). */
export function parseFilter(input: unknown, path = 'filter'): ParsedFilter {
  const reading: Reading = {
    errors: new ErrorCollector(),
    references: [],
    conditions: 0,
    cost: { costly: 0, values: 0 },
  };
  const filter = parseNode(input, { path, depth: 1 }, reading);
  if (reading.conditions > MAX_CONDITIONS) {
    const message = `has ${reading.conditions} conditions; at most ${MAX_CONDITIONS} fit`;
    return { ok: false, errors: [{ path, message }] };
  }
  const { reported: errors } = reading.errors;
  if (errors.length > 0 || filter === undefined) return { ok: false, errors };
  const tooCostly = costErrors(reading.cost, path);
  if (tooCostly.length > 0) return { ok: false, errors: tooCostly };
  return { ok: true, filter, references: reading.references };
}

interface Reading {
  errors: ErrorCollector;
  references: Reference[];
  conditions: number;
  cost: FilterCost;
}

interface Place {
  path: string;
  /** The root has 1. */
  depth: number;
}

function parseNode(input: unknown, place: Place, reading: Reading): Filter | undefined {
  const { path, depth } = place;
  if (!isRecord(input)) return reading.errors.add(path, `must be ${SHAPES}`);
  if (depth > MAX_DEPTH) return reading.errors.add(path, `lies deeper than ${MAX_DEPTH} levels`);
  if ('all' in input) return parseGroup(input, 'all', place, reading);
  if ('any' in input) return parseGroup(input, 'any', place, reading);
  if ('not' in input) {
    refuseOthers(input, ['not'], place, reading);
    const inner = parseNode(input['not'], { path: `${path}.not`, depth: depth + 1 }, reading);
    return inner && { not: inner };
  }
  reading.conditions += 1;
  const condition = parseCondition(input, place, reading);
  if (!condition) return undefined;
  const { costly, values } = costOf(condition);
  reading.cost.costly += costly;
  reading.cost.values += values;
  return { condition };
}

function parseGroup(
  input: Record<string, unknown>,
  kind: 'all' | 'any',
  { path, depth }: Place,
  reading: Reading,
): Filter | undefined {
  refuseOthers(input, [kind], { path, depth }, reading);
  const items = input[kind];
  const place = `${path}.${kind}`;
  if (!Array.isArray(items)) return reading.errors.add(place, 'must be a list of conditions');
  if (items.length === 0) {
    const allContacts = '{"field": "phoneNumber", "op": "startsWith", "value": "+"}';
    return reading.errors.add(place, `must have a condition; for all contacts use ${allContacts}`);
  }
  if (items.length > MAX_CONDITIONS) {
    return reading.errors.add(place, `must have at most ${MAX_CONDITIONS} conditions`);
  }
  const inner = items.map((item: unknown, index) =>
    parseNode(item, { path: `${place}[${index}]`, depth: depth + 1 }, reading),
  );
  const good = inner.filter((node) => node !== undefined);
  return kind === 'all' ? { all: good } : { any: good };
}

function parseCondition(
  input: Record<string, unknown>,
  place: Place,
  reading: Reading,
): Condition | undefined {
  const { path } = place;
  const { errors, references } = reading;
  if ('activity' in input) return parseActivity(input, place, reading);
  if (!('field' in input)) return errors.add(path, `must be ${SHAPES}`);
  refuseOthers(input, CONDITION_KEYS, place, reading);
  const { field: name, op } = input;
  const field = typeof name === 'string' ? fieldNamed(name) : undefined;
  if (!field) return errors.add(`${path}.field`, `must be one of ${fieldNames.join(', ')}`);
  if (!isOperator(op) || !field.operators.includes(op)) {
    return errors.add(`${path}.op`, `must be one of ${field.operators.join(', ')} for ${String(name)}`);
  }
  const valuePath = `${path}.value`;
  const condition = field.read({ op, value: input['value'] ?? undefined, path: valuePath, errors });
  if (condition?.on === 'list') {
    const many = Array.isArray(input['value']);
    condition.ids.forEach((id, index) =>
      references.push({ kind: 'list', id, path: many ? `${valuePath}[${index}]` : valuePath }),
    );
  }
  return condition;
}

function parseActivity(
  input: Record<string, unknown>,
  place: Place,
  reading: Reading,
): Condition | undefined {
  const { path } = place;
  const { errors, references } = reading;
  refuseOthers(input, ACTIVITY_KEYS, place, reading);
  const activity = activities.find((known): known is Activity => known === input['activity']);
  if (!activity) errors.add(`${path}.activity`, `must be one of ${activities.join(', ')}`);
  const optional = <Value>(
    name: string,
    read: (value: unknown, at: string, found: ErrorCollector) => Value | undefined,
  ): Value | undefined =>
    input[name] === undefined || input[name] === null
      ? undefined
      : read(input[name], `${path}.${name}`, errors);
  const campaignId = optional('campaignId', parseId);
  const withinDays = optional('withinDays', parseDays);
  const negate = optional('negate', parseBoolean) ?? false;
  if (campaignId !== undefined) {
    references.push({ kind: 'campaign', id: campaignId, path: `${path}.campaignId` });
  }
  return activity && { on: 'activity', activity, campaignId, withinDays, negate };
}

function refuseOthers(
  input: Record<string, unknown>,
  known: readonly string[],
  { path }: Place,
  { errors }: Reading,
): void {
  for (const key of Object.keys(input).filter((name) => !known.includes(name))) {
    errors.add(`${path}.${key.slice(0, 64)}`, `is not known here; use ${known.join(', ')}`);
  }
}

function isOperator(value: unknown): value is Operator {
  return operators.some((known) => known === value);
}
