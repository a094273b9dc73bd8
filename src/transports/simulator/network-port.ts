import type { Addressed } from './core/addressed.js';
import type { LossCode, OutboundMessage } from '../transport.js';
import type { Behaviour } from './core/behaviour.js';
import type { Answer } from './hand-over.js';
import type { Phone } from './phone.js';
import type { Schedule } from './schedule.js';

/** A session that shows a pairing code, as the network sees it. */
export interface WaitingSession {
  readonly phone: Phone;
  /** A phone has scanned the code. */
  scanned(): void;
}

/** What a session asks of the network. */
export interface NetworkPort {
  readonly idempotentIds: boolean;
  readonly schedule: Schedule;
  readonly behaviour: Behaviour;
  /** The sender's phone; `settings` is its transport configuration. Throws an `invalid` DomainError for a wrong one. */
  phoneOf(senderId: string, settings: Record<string, unknown>): Phone;
  accept(phone: Phone, message: Addressed<OutboundMessage>): Answer;
  isRegistered(number: string): boolean;
  typing(phone: Phone, to: string, durationMs: number): void;
  /** A fresh pairing code, valid for `lifetimeMs` milliseconds. */
  offerPairing(session: WaitingSession): { payload: string; expiresAt: Date; lifetimeMs: number };
  pairingOver(session: WaitingSession): void;
  /** Links a new device and returns its credentials. */
  pair(phone: Phone): string;
  /** Why these credentials do not connect the phone; undefined when they do. */
  recognise(phone: Phone, credentials: string): LossCode | undefined;
  revoke(credentials: string): void;
}
