import QuickLRU from 'quick-lru';
import { isAddress, type Addressed } from './core/addressed.js';
import { addMs, type Clock } from '../../lib/clock.js';
import { seededRandom, type Random } from '../../lib/random.js';
import type { LossCode, OutboundMessage, RejectionCode, SendOutcome } from '../transport.js';
import type { Behaviour } from './core/behaviour.js';
import { drawAftermath, drawOutcome, numberHas, seedOf, type Aftermath } from './core/decisions.js';
import { newMessageId } from './core/identity.js';
import { sampleLatency } from './core/latency.js';
import { isPhone } from './core/rules.js';
import { seenOf } from './core/seen.js';
import type { Ledger } from './ledger.js';
import type { PeoplesPhones } from './peoples-phones.js';
import type { Phone } from './phone.js';

/** What the network says to a hand-over, and how long it takes to say so. */
export interface Answer {
  outcome: SendOutcome;
  afterMs: number;
}

export interface HandOverPorts {
  seed: number;
  idempotentIds: boolean;
  ledger: Ledger;
  people: Pick<PeoplesPhones, 'numberAt' | 'addressesOf' | 'reached'>;
  clock: Clock;
  /** The account loses its connection, its pairing or its right to send. */
  lose(phone: Phone, reason: LossCode): void;
  /** What follows an arrival: receipts and perhaps a reply, counted from `afterMs` from now. */
  follow(phone: Phone, arrived: { id: string; to: string }, aftermath: Aftermath, afterMs: number): void;
}

/** How many numbers' attempts are remembered at least; only the repeatability of a seeded run rests on it. */
const MAX_ATTEMPTS = 50_000;

/** Takes messages from senders and decides, repeatably, what becomes of them. */
export class HandOver {
  private readonly attempts = new QuickLRU<string, number>({ maxSize: MAX_ATTEMPTS });
  private unregistered: ReadonlySet<string>;
  private blocked: ReadonlySet<string>;

  constructor(
    private readonly ports: HandOverPorts,
    private behaviour: Behaviour,
  ) {
    this.unregistered = new Set(behaviour.unregisteredNumbers);
    this.blocked = new Set(behaviour.blockedNumbers);
  }

  behaveLike(behaviour: Behaviour): void {
    this.behaviour = behaviour;
    this.unregistered = new Set(behaviour.unregisteredNumbers);
    this.blocked = new Set(behaviour.blockedNumbers);
  }

  /**
   * A message that arrives does so now, before the answer is on its way: a sender that dies while waiting for the
   * answer has sent. A resend of an id that arrived is answered like the first time and changes nothing.
   */
  accept(phone: Phone, message: Addressed<OutboundMessage>): Answer {
    const { to } = message;
    if (!isAddress(to)) return refused('invalid_number', 0);
    const earlier = this.earlierArrival(phone, message);
    if (earlier) return earlier;
    // The attempt is part of the seed: a retry may fare better, and other numbers' traffic changes nothing.
    const number = this.ports.people.numberAt(to);
    const random = seededRandom(seedOf(this.ports.seed, 'send', number, this.countAttempt(number)));
    const latencyMs = sampleLatency(this.behaviour.latency, random);
    const chance = drawOutcome(this.behaviour.outcomes, random);
    const fault = phone.strike();
    const error = fault ? undefined : this.numberError(number);
    if (error) return refused(error, latencyMs);
    return (
      this.accountError(phone, to, fault ?? chance, latencyMs) ??
      this.handOverError(phone, message, fault ?? chance, random, latencyMs) ??
      this.arrive(phone, message, random, latencyMs)
    );
  }

  private earlierArrival(phone: Phone, message: Addressed<OutboundMessage>): Answer | undefined {
    if (!this.ports.idempotentIds || message.waMessageId === undefined) return undefined;
    const arrival = this.ports.ledger.find(phone.senderId, message.waMessageId);
    if (!arrival) return undefined;
    this.ports.ledger.resent(arrival);
    return { outcome: { kind: 'sent', waMessageId: arrival.id, at: arrival.at }, afterMs: 0 };
  }

  /** Whether a number is on WhatsApp, as a message to it would find out. */
  isRegistered(number: string): boolean {
    return isPhone(number) && this.numberError(number) !== 'not_on_whatsapp';
  }

  private numberError(to: string): RejectionCode | undefined {
    const { outcomes } = this.behaviour;
    const { seed } = this.ports;
    if (this.unregistered.has(to) || numberHas(seed, 'unregistered', to, outcomes.unregistered)) {
      return 'not_on_whatsapp';
    }
    if (this.blocked.has(to) || numberHas(seed, 'blocked', to, outcomes.blocked))
      return 'blocked_by_recipient';
    return undefined;
  }

  /** What ends the sender's connection, or forbids it to write. */
  private accountError(phone: Phone, to: string, error: string, latencyMs: number): Answer | undefined {
    const reason = losses[error];
    if (reason) {
      this.ports.lose(phone, reason);
      return { outcome: { kind: 'senderLost', code: reason }, afterMs: 0 };
    }
    const now = this.ports.clock.now();
    if (error === 'restrict') phone.restrictedUntil = now.getTime() + this.behaviour.restrictionMs;
    if (phone.restrictedUntil <= now.getTime()) return undefined;
    if (this.ports.people.addressesOf(to).some((address) => phone.hasWritten(address))) return undefined;
    const at = new Date(phone.restrictedUntil);
    return {
      outcome: { kind: 'retryLater', code: 'restricted', at, scope: 'sender' },
      afterMs: latencyMs,
    };
  }

  /** What goes wrong with this one hand-over. */
  private handOverError(
    phone: Phone,
    message: Addressed<OutboundMessage>,
    error: string,
    random: Random,
    latencyMs: number,
  ): Answer | undefined {
    if (error === 'time_out') return this.timeOut(phone, message, random, latencyMs);
    const now = this.ports.clock.now();
    const later = addMs(now, this.behaviour.retryAfterMs);
    if (error === 'fail') {
      const outcome: SendOutcome = { kind: 'retryLater', code: 'unavailable', at: later, scope: 'sender' };
      return { outcome, afterMs: latencyMs };
    }
    const nextWindow = phone.takeRateSlot(now.getTime(), this.behaviour.rateLimit);
    if (error !== 'rate_limit' && nextWindow === undefined) return undefined;
    const at = nextWindow === undefined ? later : new Date(nextWindow);
    return {
      outcome: { kind: 'retryLater', code: 'rate_limited', at, scope: 'sender' },
      afterMs: latencyMs,
    };
  }

  private timeOut(
    phone: Phone,
    message: Addressed<OutboundMessage>,
    random: Random,
    latencyMs: number,
  ): Answer {
    if (random() < this.behaviour.timeOut.arrives) this.arrive(phone, message, random, latencyMs);
    return { outcome: { kind: 'unknown', code: 'timeout' }, afterMs: this.behaviour.timeOut.afterMs };
  }

  private arrive(
    phone: Phone,
    message: Addressed<OutboundMessage>,
    random: Random,
    latencyMs: number,
  ): Answer {
    const { to, content, reference } = message;
    const { people, ledger } = this.ports;
    const seen = seenOf(content);
    const id = message.waMessageId ?? newMessageId();
    const at = this.ports.clock.now();
    phone.messageArrived();
    people.reached(to, phone.senderId);
    const arrival = {
      id,
      senderId: phone.senderId,
      sender: phone.number,
      to,
      campaignId: reference?.campaignId,
      part: reference?.part ?? 0,
      ...seen,
      typingMs: phone.takeTyping(to),
      at,
    };
    ledger.add(arrival, people.addressesOf(to));
    const aftermath = drawAftermath(this.behaviour, { to: people.numberAt(to), text: seen.body }, random);
    this.ports.follow(phone, { id, to }, aftermath, latencyMs);
    return { outcome: { kind: 'sent', waMessageId: id, at }, afterMs: latencyMs };
  }

  private countAttempt(to: string): number {
    const attempt = (this.attempts.get(to) ?? 0) + 1;
    this.attempts.set(to, attempt);
    return attempt;
  }
}

const losses: Partial<Record<string, LossCode>> = {
  disconnect: 'disconnected',
  log_out: 'logged_out',
  ban: 'banned',
};

function refused(code: RejectionCode, afterMs: number): Answer {
  return { outcome: { kind: 'rejected', code, permanent: true }, afterMs };
}
