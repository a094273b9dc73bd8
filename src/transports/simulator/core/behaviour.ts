import { always, type Latency } from './latency.js';
import type { SenderFault } from './faults.js';

/** A reply that is always given to a matching message. Conditions that are absent match everything. */
export interface ScriptedReply {
  /** The phone that replies. */
  from?: string;
  /** Part of the message, in any case of letters. */
  contains?: string;
  reply: string;
}

/** How the pretend network and its phones behave. Probabilities are 0 to 1, times are milliseconds. */
export interface Behaviour {
  /** From hand-over to the network's answer. */
  latency: Latency;
  /**
   * How likely a hand-over ends this way. The first two are properties of a number: the same number always gets the
   * same outcome.
   */
  outcomes: {
    unregistered: number;
    blocked: number;
    rateLimited: number;
    restricted: number;
    timedOut: number;
    disconnected: number;
    loggedOut: number;
    banned: number;
  };
  /** Numbers that are not on WhatsApp, or have blocked every sender, whatever the probabilities say. */
  unregisteredNumbers: string[];
  blockedNumbers: string[];
  /** How long the caller waits for an answer that never comes, and how likely the message arrived all the same. */
  timeOut: { afterMs: number; arrives: number };
  /** A sender's real limit per window; 0 messages means none. */
  rateLimit: { messages: number; windowMs: number };
  /** How long a refused sender is told to wait. */
  retryAfterMs: number;
  restrictionMs: number;
  /** `failed` is an error after the network's ack; `read` needs `delivered`. Each delay counts from the step before. */
  receipts: {
    server: number;
    delivered: number;
    read: number;
    failed: number;
    serverDelay: Latency;
    deliveredDelay: Latency;
    readDelay: Latency;
  };
  /** `stop` is the share of replies that say STOP. */
  replies: { probability: number; stop: number; texts: string[]; script: ScriptedReply[]; delay: Latency };
  pairing: { qrLifetimeMs: number; scanDelayMs: number; connectDelayMs: number };
  faults: SenderFault[];
}

/** A friendly network: everything arrives, most of it is read, some phones reply and a few of those say STOP. */
export const pleasantBehaviour: Behaviour = {
  latency: { min: 40, median: 120, p95: 400 },
  outcomes: {
    unregistered: 0,
    blocked: 0,
    rateLimited: 0,
    restricted: 0,
    timedOut: 0,
    disconnected: 0,
    loggedOut: 0,
    banned: 0,
  },
  unregisteredNumbers: [],
  blockedNumbers: [],
  timeOut: { afterMs: 10_000, arrives: 0.5 },
  rateLimit: { messages: 0, windowMs: 60_000 },
  retryAfterMs: 1_000,
  restrictionMs: 600_000,
  receipts: {
    server: 1,
    delivered: 0.97,
    read: 0.75,
    failed: 0,
    serverDelay: { min: 10, median: 40, p95: 150 },
    deliveredDelay: { min: 100, median: 600, p95: 2_500 },
    readDelay: { min: 500, median: 2_500, p95: 9_000 },
  },
  replies: {
    probability: 0.15,
    stop: 0.1,
    texts: ['Thank you!', 'Great, tell me more.', 'Ok 👍', 'Who is this?', 'How much does it cost?'],
    script: [],
    delay: { min: 1_000, median: 3_000, p95: 8_000 },
  },
  pairing: { qrLifetimeMs: 20_000, scanDelayMs: 800, connectDelayMs: 50 },
  faults: [],
};

/** Everything arrives at once and no phone replies: for tests and for measuring the engine alone. */
export const instantBehaviour: Behaviour = {
  ...pleasantBehaviour,
  latency: always(0),
  receipts: {
    server: 1,
    delivered: 1,
    read: 0,
    failed: 0,
    serverDelay: always(0),
    deliveredDelay: always(0),
    readDelay: always(0),
  },
  replies: { ...pleasantBehaviour.replies, probability: 0, delay: always(0) },
  pairing: { qrLifetimeMs: 20_000, scanDelayMs: 0, connectDelayMs: 0 },
};
