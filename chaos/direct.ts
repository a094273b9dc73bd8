import { setTimeout as pause } from 'node:timers/promises';
import { randomInt, seededRandom } from '../src/lib/random.js';
import { Refused } from '../src/demo/api-client.js';
import type { Accepted, Operator } from './campaign.js';
import type { Gate } from './gate.js';
import { campaignPhone, otherPhone, PARTS } from './people.js';
import { reached, type Progress } from './ledger.js';
import type { ChaosOptions } from './options.js';

/** Somebody who gets a message, at once or so many milliseconds after the request. */
interface Addressee {
  to: string;
  dueInMs: number | undefined;
}

/** What is sent beside the campaign: one message, a bulk, or a test of the campaign with all of its parts. */
export type DirectRequest =
  | { kind: 'single'; addressee: Addressee }
  | { kind: 'bulk'; addressees: Addressee[] }
  | { kind: 'test'; phones: string[] };

/** A request and its moment: when that share of the campaign's messages has arrived. */
export interface PlannedRequest {
  at: number;
  request: DirectRequest;
}

const FIRST = 0.01;
const LAST = 0.9;
const BULK = 8;
const TESTED = 2;
const DUE_MS = { min: 10_000, max: 20_000 };
const REPEAT_AFTER_MS = 200;

/**
 * Requests for so many people in all, the same for the same seed: single messages, scheduled ones, bulks of which every
 * other message is scheduled, and tests. Every other person is one of the campaign's. `last`: none after that share.
 */
export function planDirect(
  { seed, direct, recipients }: Pick<ChaosOptions, 'seed' | 'direct' | 'recipients'>,
  last = LAST,
): PlannedRequest[] {
  const random = seededRandom(seed);
  const due = () => randomInt(random, DUE_MS.min, DUE_MS.max);
  const people = Array.from({ length: direct }, (_, index) =>
    index % 2 === 0 ? campaignPhone((index / 2) % recipients) : otherPhone(index),
  );
  const single = (to: string, dueInMs?: number): DirectRequest => ({
    kind: 'single',
    addressee: { to, dueInMs },
  });
  const kinds: { most: number; request: (phones: string[]) => DirectRequest }[] = [
    { most: 1, request: ([to = '']) => single(to) },
    {
      most: BULK,
      request: (phones) => ({
        kind: 'bulk',
        addressees: phones.map((to, index) => ({ to, dueInMs: index % 2 === 0 ? undefined : due() })),
      }),
    },
    { most: 1, request: ([to = '']) => single(to, due()) },
    { most: TESTED, request: (phones) => ({ kind: 'test', phones }) },
  ];
  const requests: DirectRequest[] = [];
  for (let from = 0; from < people.length;) {
    for (const { most, request } of kinds) {
      const phones = people.slice(from, from + most);
      if (phones.length > 0) requests.push(request(phones));
      from += most;
    }
  }
  const moments = momentsOf(requests.length, last);
  return requests.map((request, index) => ({ at: moments[index] ?? last, request }));
}

/** Evenly over the run, as shares of what arrives. */
export function momentsOf(count: number, last = LAST): number[] {
  const step = (last - FIRST) / Math.max(count, 1);
  return Array.from({ length: count }, (_, index) => FIRST + index * step);
}

/** Messages that a request asks for. */
export function messagesOf(request: DirectRequest): number {
  switch (request.kind) {
    case 'single':
      return 1;
    case 'bulk':
      return request.addressees.length;
    case 'test':
      return request.phones.length * PARTS;
  }
}

/** Where the requests go, and what they watch. */
export interface DirectStage extends Progress {
  operator: Operator;
  campaign: string;
  /** Messages of the campaign. */
  expected: number;
  /** Closed while nothing is to be asked for. */
  gate: Gate;
  /** The backup was put back. */
  isReplaced: () => boolean;
}

/** What was asked for beside the campaign and accepted. */
export interface AcceptedRequest {
  source: string;
  kind: DirectRequest['kind'] | 'answer';
  messages: number;
}

/**
 * Makes the planned requests through the API, each until it is answered. Returns them with the ids they were given; rejects
 * when the signal is aborted.
 */
export async function sendDirectly(
  stage: DirectStage,
  plan: readonly PlannedRequest[],
  signal: AbortSignal,
): Promise<AcceptedRequest[]> {
  const accepted: AcceptedRequest[] = [];
  for (const [index, { at, request }] of plan.entries()) {
    await reached(stage, at * stage.expected, signal);
    const { id } = await stage.gate.pass(() => sendOne(stage, request, `direct-${index}`, signal));
    accepted.push({ source: id, kind: request.kind, messages: messagesOf(request) });
  }
  return accepted;
}

/** The time that was asked for may pass while nobody answers: then it is refused, and asked for another one. */
async function sendOne(
  { operator, campaign }: DirectStage,
  request: DirectRequest,
  key: string,
  signal: AbortSignal,
): Promise<Accepted> {
  for (let round = 0; ; round += 1) {
    const call = callOf(request, campaign, new Date());
    const answer = await answered(operator, call, `${key}-${round}`, signal);
    if (!(answer instanceof Refused)) return answer;
    if (answer.status !== 400 || !isOverdue(request, call.at)) throw answer;
  }
}

interface Call {
  at: Date;
  path: string;
  body: object;
}

/** Asks under one key until it is known what came of it. */
export async function answered(
  operator: Operator,
  { path, body }: Pick<Call, 'path' | 'body'>,
  key: string,
  signal: AbortSignal,
): Promise<Accepted | Refused> {
  for (;;) {
    const answer = await operator.ask(path, body, key);
    if (answer !== 'unknown') return answer;
    await pause(REPEAT_AFTER_MS, undefined, { signal });
  }
}

function isOverdue(request: DirectRequest, askedAt: Date): boolean {
  if (request.kind === 'test') return false;
  const addressees = request.kind === 'bulk' ? request.addressees : [request.addressee];
  const passedMs = Date.now() - askedAt.getTime();
  return addressees.some(({ dueInMs }) => dueInMs !== undefined && dueInMs <= passedMs);
}

function callOf(request: DirectRequest, campaign: string, at: Date): Call {
  switch (request.kind) {
    case 'single':
      return { at, path: '/api/message/send', body: messageOf(request.addressee, at) };
    case 'bulk':
      return {
        at,
        path: '/api/message/send-bulk',
        body: { messages: request.addressees.map((addressee) => messageOf(addressee, at)) },
      };
    case 'test':
      return { at, path: `/api/campaigns/${campaign}/test`, body: { phoneNumbers: request.phones } };
  }
}

function messageOf({ to, dueInMs }: Addressee, now: Date): object {
  const sendAt = dueInMs === undefined ? {} : { sendAt: new Date(now.getTime() + dueInMs).toISOString() };
  return { to, type: 'text', content: 'Your order is on its way', ...sendAt };
}
