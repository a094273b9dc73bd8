import type { FieldError } from '../../../lib/errors.js';
import type { Behaviour } from './behaviour.js';
import { faultKinds } from './faults.js';
import { always, type Latency } from './latency.js';
import {
  fields,
  isRecord,
  list,
  milliseconds,
  oneOf,
  phone,
  probability,
  requiring,
  someMilliseconds,
  text,
  wholeNumber,
  type Rule,
} from './rules.js';

/** Any part of a behaviour; a latency may be one number, which means always that long. */
export type BehaviourChange = {
  [Key in keyof Behaviour]?: Behaviour[Key] extends readonly unknown[]
    ? Behaviour[Key]
    : Changed<Behaviour[Key]>;
};
type Changed<Part> = Part extends Latency
  ? number | Partial<Latency>
  : Part extends readonly unknown[]
    ? Part
    : Part extends object
      ? { [Key in keyof Part]?: Changed<Part[Key]> }
      : Part;

const MANY = 100_000;

const latencyFields = fields({ min: milliseconds, median: milliseconds, p95: milliseconds });
const latency: Rule = (value, path) =>
  isRecord(value) ? latencyFields(value, path) : milliseconds(value, path);

const faultShape = {
  fault: oneOf(faultKinds),
  afterMessages: wholeNumber(0, 1_000_000_000),
  count: wholeNumber(1, 1_000_000_000),
};
const missingFault = { path: 'fault', message: `is missing; give one of ${faultKinds.join(', ')}` };

/** A fault inside a sender's own settings. */
export const ownFault: Rule = requiring(fields(faultShape), ({ fault }) =>
  fault ? undefined : missingFault,
);

const senderFault: Rule = requiring(
  fields({ ...faultShape, senderId: text, senderNumber: phone }),
  ({ fault, senderId, senderNumber }) => {
    if (!fault) return missingFault;
    return senderId || senderNumber
      ? undefined
      : { path: 'senderId', message: 'is missing; name the sender by senderId or senderNumber' };
  },
);

const scriptedReply: Rule = requiring(fields({ from: phone, contains: text, reply: text }), ({ reply }) =>
  reply ? undefined : { path: 'reply', message: 'is missing' },
);

const behaviourRule = fields({
  latency,
  outcomes: fields({
    unregistered: probability,
    blocked: probability,
    rateLimited: probability,
    restricted: probability,
    timedOut: probability,
    disconnected: probability,
    loggedOut: probability,
    banned: probability,
  }),
  unregisteredNumbers: list(phone, MANY),
  blockedNumbers: list(phone, MANY),
  timeOut: fields({ afterMs: milliseconds, arrives: probability }),
  rateLimit: fields({ messages: wholeNumber(0, 1_000_000), windowMs: someMilliseconds }),
  retryAfterMs: milliseconds,
  restrictionMs: someMilliseconds,
  receipts: fields({
    server: probability,
    delivered: probability,
    read: probability,
    failed: probability,
    serverDelay: latency,
    deliveredDelay: latency,
    readDelay: latency,
  }),
  replies: fields({
    probability,
    stop: probability,
    texts: list(text, 1_000),
    script: list(scriptedReply, 1_000),
    delay: latency,
  }),
  pairing: fields({
    qrLifetimeMs: someMilliseconds,
    scanDelayMs: milliseconds,
    connectDelayMs: milliseconds,
  }),
  faults: list(senderFault, 10_000),
});

export type ChangedBehaviour = { ok: true; behaviour: Behaviour } | { ok: false; errors: FieldError[] };

/** The behaviour with the given fields changed (lists are replaced whole), or everything that is wrong with them. */
export function changeBehaviour(current: Behaviour, change: unknown): ChangedBehaviour {
  const errors = behaviourRule(change, '');
  if (errors.length > 0) return { ok: false, errors };
  const behaviour = merge(current, change) as Behaviour;
  const disordered = latenciesOutOfOrder(behaviour, '');
  return disordered.length > 0 ? { ok: false, errors: disordered } : { ok: true, behaviour };
}

function merge(current: unknown, change: unknown): unknown {
  if (isLatency(current) && typeof change === 'number') return always(change);
  if (!isRecord(current) || !isRecord(change)) return structuredClone(change);
  const merged: Record<string, unknown> = { ...current };
  for (const [key, value] of Object.entries(change)) merged[key] = merge(current[key], value);
  return merged;
}

function isLatency(value: unknown): value is Latency {
  return isRecord(value) && 'median' in value && 'p95' in value;
}

function latenciesOutOfOrder(value: unknown, path: string): FieldError[] {
  if (isLatency(value)) {
    const ordered = value.min <= value.median && value.median <= value.p95;
    const found = `(now ${value.min}, ${value.median}, ${value.p95})`;
    return ordered ? [] : [{ path, message: `needs min <= median <= p95 ${found}` }];
  }
  if (!isRecord(value)) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    latenciesOutOfOrder(part, path ? `${path}.${key}` : key),
  );
}
