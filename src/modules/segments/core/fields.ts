import { isPhoneCountry, normalisePhone } from '../../../lib/phone.js';
import { IDENTITY_KINDS } from '../../contacts/core/identity.js';
import { consentStatuses, type AttributeTest, type Condition, type ConsentStatus } from './filter.js';
import type { TextTest, TimeTest } from './filter.js';
import {
  parseBoolean,
  parseDay,
  parseDays,
  parseId,
  parsePart,
  parseScalar,
  parseText,
  parseTime,
  parseValues,
  type ErrorCollector,
} from './reader.js';

export const operators = [
  'equals',
  'notEquals',
  'contains',
  'startsWith',
  'in',
  'notIn',
  'exists',
  'greater',
  'less',
  'withinDays',
] as const;
export type Operator = (typeof operators)[number];

/** A condition's operator and value, and where the value stands. */
interface Asked {
  op: Operator;
  value: unknown;
  path: string;
  errors: ErrorCollector;
}

interface Field {
  operators: readonly Operator[];
  read(asked: Asked): Condition | undefined;
}

const anyOf = ['equals', 'notEquals', 'in', 'notIn'] as const;
const ATTRIBUTE = 'attributes.';

/** What a filter may ask about; `attributes.<key>` besides. */
const fields: Record<string, Field> = {
  name: { operators: [...anyOf, 'contains', 'startsWith', 'exists'], read: (asked) => parseName(asked) },
  phoneNumber: {
    operators: [...anyOf, 'contains', 'startsWith', 'exists'],
    read: (asked) => parsePhone(asked),
  },
  identity: { operators: anyOf, read: (asked) => parseIdentity(asked) },
  country: { operators: anyOf, read: (asked) => parseCountry(asked) },
  tags: { operators: [...anyOf, 'contains', 'exists'], read: (asked) => parseTags(asked) },
  createdAt: { operators: ['greater', 'less', 'withinDays'], read: (asked) => parseCreatedAt(asked) },
  optedOut: { operators: ['equals', 'notEquals'], read: (asked) => parseOptedOut(asked) },
  consent: { operators: ['equals', 'notEquals'], read: (asked) => parseConsent(asked) },
  list: { operators: ['in', 'notIn'], read: (asked) => parseList(asked) },
};

const attributeOperators: readonly Operator[] = [
  ...anyOf,
  'contains',
  'startsWith',
  'exists',
  'greater',
  'less',
  'withinDays',
];

export const fieldNames = [...Object.keys(fields), 'attributes.<key>'];

/** The field of this name, or undefined when contacts have none. */
export function fieldNamed(name: string): Field | undefined {
  if (Object.hasOwn(fields, name)) return fields[name];
  const key = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length).normalize('NFC') : '';
  if (key === '' || key.length > 64 || key.includes('\0')) return undefined;
  return { operators: attributeOperators, read: (asked) => parseAttribute(key, asked) };
}

function isNegated(op: Operator): boolean {
  return op === 'notEquals' || op === 'notIn';
}

/** The values of `equals`, `notEquals`, `in` and `notIn`. */
function valuesOf<Value>(
  { op, value, path, errors }: Asked,
  read: (item: unknown, path: string, errors: ErrorCollector) => Value | undefined,
): Value[] | undefined {
  return parseValues(value, path, errors, { many: op === 'in' || op === 'notIn', read });
}

/** `exists` without a value asks for one that is there. */
function parseExists({ value, path, errors }: Asked): { negate: boolean } | undefined {
  const wanted = value === undefined ? true : parseBoolean(value, path, errors);
  return wanted === undefined ? undefined : { negate: !wanted };
}

function parseName(asked: Asked): Condition | undefined {
  const { op, value, path, errors } = asked;
  if (op === 'exists') {
    const exists = parseExists(asked);
    return exists && { on: 'name', test: { kind: 'exists' }, ...exists };
  }
  const test = parseTextTest(asked, () => parsePart(value, path, errors));
  return test && { on: 'name', test, negate: isNegated(op) };
}

function parseTextTest(asked: Asked, readPart: () => string | undefined): TextTest | undefined {
  if (asked.op === 'contains' || asked.op === 'startsWith') {
    const text = readPart();
    return text === undefined ? undefined : { kind: asked.op, text };
  }
  const values = valuesOf(asked, parseText);
  return values && { kind: 'anyOf', values };
}

function parsePhone(asked: Asked): Condition | undefined {
  const { op, value, path, errors } = asked;
  if (op === 'exists') {
    const exists = parseExists(asked);
    return exists && { on: 'phoneNumber', test: { kind: 'exists' }, ...exists };
  }
  if (op !== 'contains' && op !== 'startsWith') {
    const values = valuesOf(asked, parseNumber);
    return values && { on: 'phoneNumber', test: { kind: 'anyOf', values }, negate: isNegated(op) };
  }
  const written = parsePart(value, path, errors);
  if (written === undefined) return undefined;
  const digits = written.replaceAll(/[\s().\-/]/g, '');
  if (!/^\+?\d*$/.test(digits)) return errors.add(path, 'must be digits, such as "+5511"');
  // "-" or "()" would match all contacts by mistake; a plus sign alone means all of them.
  const isAllContacts = op === 'startsWith' && written.trim() === '+';
  if (!/\d/.test(digits) && !isAllContacts) return errors.add(path, 'must have a digit, such as "+5511"');
  const text = op === 'startsWith' && !digits.startsWith('+') ? `+${digits}` : digits;
  return { on: 'phoneNumber', test: { kind: op, text }, negate: false };
}

function parseNumber(value: unknown, path: string, errors: ErrorCollector): string | undefined {
  if (typeof value !== 'string') return errors.add(path, 'must be a text such as "+5511987654321"');
  const outcome = normalisePhone(value);
  return outcome.ok ? outcome.phone : errors.add(path, outcome.reason);
}

function parseIdentity(asked: Asked): Condition | undefined {
  const kinds = valuesOf(asked, (value, path, errors) => {
    const kind = IDENTITY_KINDS.find((one) => one === value);
    return kind ?? errors.add(path, `must be one of ${IDENTITY_KINDS.join(', ')}`);
  });
  return kinds && { on: 'identity', kinds: [...new Set(kinds)], negate: isNegated(asked.op) };
}

function parseCountry(asked: Asked): Condition | undefined {
  const countries = valuesOf(asked, (value, path, errors) =>
    typeof value === 'string' && isPhoneCountry(value)
      ? value.toUpperCase()
      : errors.add(path, 'must be a country code of two letters, such as BR'),
  );
  return countries && { on: 'country', countries: [...new Set(countries)], negate: isNegated(asked.op) };
}

function parseTags(asked: Asked): Condition | undefined {
  if (asked.op === 'exists') {
    const exists = parseExists(asked);
    return exists && { on: 'tags', test: { kind: 'exists' }, ...exists };
  }
  const tags = valuesOf(asked, parseText);
  return tags && { on: 'tags', test: { kind: 'anyOf', tags }, negate: isNegated(asked.op) };
}

function parseCreatedAt(asked: Asked): Condition | undefined {
  const test = parseTimeTest(asked);
  return test && { on: 'createdAt', test, negate: false };
}

function parseTimeTest({ op, value, path, errors }: Asked): TimeTest | undefined {
  if (op === 'withinDays') {
    const days = parseDays(value, path, errors);
    return days === undefined ? undefined : { kind: 'withinDays', days };
  }
  const at = parseTime(value, path, errors);
  return at && { kind: op === 'greater' ? 'after' : 'before', at };
}

function parseOptedOut({ op, value, path, errors }: Asked): Condition | undefined {
  const wanted = parseBoolean(value, path, errors);
  return wanted === undefined ? undefined : { on: 'optedOut', negate: wanted === isNegated(op) };
}

function parseConsent({ op, value, path, errors }: Asked): Condition | undefined {
  const is = consentStatuses.find((status): status is ConsentStatus => status === value);
  if (is === undefined) return errors.add(path, `must be one of ${consentStatuses.join(', ')}`);
  return { on: 'consent', is, negate: isNegated(op) };
}

function parseList({ op, value, path, errors }: Asked): Condition | undefined {
  const many = Array.isArray(value);
  const ids = parseValues(value, path, errors, { many, read: parseId });
  return ids && { on: 'list', ids, negate: isNegated(op) };
}

function parseAttribute(key: string, asked: Asked): Condition | undefined {
  if (asked.op === 'exists') {
    const exists = parseExists(asked);
    return exists && { on: 'attribute', key, test: { kind: 'exists' }, ...exists };
  }
  const test = parseAttributeTest(asked);
  return test && { on: 'attribute', key, test, negate: isNegated(asked.op) };
}

function parseAttributeTest(asked: Asked): AttributeTest | undefined {
  const { op, value, path, errors } = asked;
  if (op === 'contains' || op === 'startsWith') {
    const text = parsePart(value, path, errors);
    return text === undefined ? undefined : { kind: op, text };
  }
  if (op === 'withinDays') {
    const days = parseDays(value, path, errors);
    return days === undefined ? undefined : { kind: 'withinDays', days };
  }
  if (op !== 'greater' && op !== 'less') {
    const values = valuesOf(asked, parseScalar);
    return values && { kind: 'anyOf', values };
  }
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: op, than: value };
  const day = parseDay(value, path, errors);
  return day === undefined ? undefined : { kind: op === 'greater' ? 'after' : 'before', day };
}
