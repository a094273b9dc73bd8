import { isPhoneCountry, normalisePhone } from '../../../lib/phone.js';
import { consentStatuses, type AttributeTest, type Condition, type ConsentStatus } from './filter.js';
import type { TextTest, TimeTest } from './filter.js';
import {
  readBoolean,
  readDay,
  readDays,
  readId,
  readScalar,
  readText,
  readTime,
  readValues,
  type Problems,
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
  problems: Problems;
}

interface Field {
  operators: readonly Operator[];
  read(asked: Asked): Condition | undefined;
}

const anyOf = ['equals', 'notEquals', 'in', 'notIn'] as const;
const ATTRIBUTE = 'attributes.';

/** What a filter may ask about; `attributes.<key>` besides. */
const fields: Record<string, Field> = {
  name: { operators: [...anyOf, 'contains', 'startsWith', 'exists'], read: (asked) => readName(asked) },
  phoneNumber: { operators: [...anyOf, 'contains', 'startsWith'], read: (asked) => readPhone(asked) },
  country: { operators: anyOf, read: (asked) => readCountry(asked) },
  tags: { operators: [...anyOf, 'contains', 'exists'], read: (asked) => readTags(asked) },
  createdAt: { operators: ['greater', 'less', 'withinDays'], read: (asked) => readCreatedAt(asked) },
  optedOut: { operators: ['equals', 'notEquals'], read: (asked) => readOptedOut(asked) },
  consent: { operators: ['equals', 'notEquals'], read: (asked) => readConsent(asked) },
  list: { operators: ['in', 'notIn'], read: (asked) => readList(asked) },
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
  const key = name.startsWith(ATTRIBUTE) ? name.slice(ATTRIBUTE.length) : '';
  if (key === '' || key.length > 64 || key.includes('\0')) return undefined;
  return { operators: attributeOperators, read: (asked) => readAttribute(key, asked) };
}

function isNegated(op: Operator): boolean {
  return op === 'notEquals' || op === 'notIn';
}

/** The values of `equals`, `notEquals`, `in` and `notIn`. */
function valuesOf<Value>(
  { op, value, path, problems }: Asked,
  read: (item: unknown, path: string, problems: Problems) => Value | undefined,
): Value[] | undefined {
  return readValues(value, path, problems, { many: op === 'in' || op === 'notIn', read });
}

/** `exists` without a value asks for one that is there. */
function readExists({ value, path, problems }: Asked): { negate: boolean } | undefined {
  const wanted = value === undefined ? true : readBoolean(value, path, problems);
  return wanted === undefined ? undefined : { negate: !wanted };
}

function readName(asked: Asked): Condition | undefined {
  const { op, value, path, problems } = asked;
  if (op === 'exists') {
    const exists = readExists(asked);
    return exists && { on: 'name', test: { kind: 'exists' }, ...exists };
  }
  const test = readTextTest(asked, () => readText(value, path, problems));
  return test && { on: 'name', test, negate: isNegated(op) };
}

function readTextTest(asked: Asked, readPart: () => string | undefined): TextTest | undefined {
  if (asked.op === 'contains' || asked.op === 'startsWith') {
    const text = readPart();
    return text === undefined ? undefined : { kind: asked.op, text };
  }
  const values = valuesOf(asked, readText);
  return values && { kind: 'anyOf', values };
}

function readPhone(asked: Asked): Condition | undefined {
  const { op, value, path, problems } = asked;
  if (op !== 'contains' && op !== 'startsWith') {
    const values = valuesOf(asked, readNumber);
    return values && { on: 'phoneNumber', test: { kind: 'anyOf', values }, negate: isNegated(op) };
  }
  const written = readText(value, path, problems);
  if (written === undefined) return undefined;
  const digits = written.replaceAll(/[\s().\-/]/g, '');
  if (!/^\+?\d*$/.test(digits)) return problems.add(path, 'must be digits, such as "+5511"');
  // "-" or "()" would be everybody, by mistake; whoever wants that writes the plus sign.
  const isEverybody = op === 'startsWith' && written.trim() === '+';
  if (!/\d/.test(digits) && !isEverybody) return problems.add(path, 'must have a digit, such as "+5511"');
  const text = op === 'startsWith' && !digits.startsWith('+') ? `+${digits}` : digits;
  return { on: 'phoneNumber', test: { kind: op, text }, negate: false };
}

function readNumber(value: unknown, path: string, problems: Problems): string | undefined {
  if (typeof value !== 'string') return problems.add(path, 'must be a text such as "+5511987654321"');
  const outcome = normalisePhone(value);
  return outcome.ok ? outcome.phone : problems.add(path, outcome.reason);
}

function readCountry(asked: Asked): Condition | undefined {
  const countries = valuesOf(asked, (value, path, problems) =>
    typeof value === 'string' && isPhoneCountry(value)
      ? value.toUpperCase()
      : problems.add(path, 'must be a country code of two letters, such as BR'),
  );
  return countries && { on: 'country', countries, negate: isNegated(asked.op) };
}

function readTags(asked: Asked): Condition | undefined {
  if (asked.op === 'exists') {
    const exists = readExists(asked);
    return exists && { on: 'tags', test: { kind: 'exists' }, ...exists };
  }
  const tags = valuesOf(asked, readText);
  return tags && { on: 'tags', test: { kind: 'anyOf', tags }, negate: isNegated(asked.op) };
}

function readCreatedAt(asked: Asked): Condition | undefined {
  const test = readTimeTest(asked);
  return test && { on: 'createdAt', test, negate: false };
}

function readTimeTest({ op, value, path, problems }: Asked): TimeTest | undefined {
  if (op === 'withinDays') {
    const days = readDays(value, path, problems);
    return days === undefined ? undefined : { kind: 'withinDays', days };
  }
  const at = readTime(value, path, problems);
  return at && { kind: op === 'greater' ? 'after' : 'before', at };
}

function readOptedOut({ op, value, path, problems }: Asked): Condition | undefined {
  const wanted = readBoolean(value, path, problems);
  return wanted === undefined ? undefined : { on: 'optedOut', negate: wanted === isNegated(op) };
}

function readConsent({ op, value, path, problems }: Asked): Condition | undefined {
  const is = consentStatuses.find((status): status is ConsentStatus => status === value);
  if (is === undefined) return problems.add(path, `must be one of ${consentStatuses.join(', ')}`);
  return { on: 'consent', is, negate: isNegated(op) };
}

function readList({ op, value, path, problems }: Asked): Condition | undefined {
  const many = Array.isArray(value);
  const ids = readValues(value, path, problems, { many, read: readId });
  return ids && { on: 'list', ids, negate: isNegated(op) };
}

function readAttribute(key: string, asked: Asked): Condition | undefined {
  if (asked.op === 'exists') {
    const exists = readExists(asked);
    return exists && { on: 'attribute', key, test: { kind: 'exists' }, ...exists };
  }
  const test = readAttributeTest(asked);
  return test && { on: 'attribute', key, test, negate: isNegated(asked.op) };
}

function readAttributeTest(asked: Asked): AttributeTest | undefined {
  const { op, value, path, problems } = asked;
  if (op === 'contains' || op === 'startsWith') {
    const text = readText(value, path, problems);
    return text === undefined ? undefined : { kind: op, text };
  }
  if (op === 'withinDays') {
    const days = readDays(value, path, problems);
    return days === undefined ? undefined : { kind: 'withinDays', days };
  }
  if (op !== 'greater' && op !== 'less') {
    const values = valuesOf(asked, readScalar);
    return values && { kind: 'anyOf', values };
  }
  if (typeof value === 'number' && Number.isFinite(value)) return { kind: op, than: value };
  const day = readDay(value, path, problems);
  return day === undefined ? undefined : { kind: op === 'greater' ? 'after' : 'before', day };
}
