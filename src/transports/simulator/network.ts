import { writerAt, type Addressed } from './core/addressed.js';
import type { HandsetState } from './core/handset.js';
import { addMs, systemClock, type Clock } from '../../lib/clock.js';
import { DomainError, invalid } from '../../lib/errors.js';
import type { LossCode, OutboundMessage, SessionOptions, TransportSession } from '../transport.js';
import { pleasantBehaviour, type Behaviour } from './core/behaviour.js';
import { changeBehaviour, type BehaviourChange } from './core/behaviour-change.js';
import type { Aftermath } from './core/decisions.js';
import { madeUpNumber, networkSecret } from './core/identity.js';
import type { PhoneChanged, PhoneDescribed, PhoneEdit, PhoneMessage, PhoneShown } from './core/writing.js';
import { HandOver, type Answer } from './hand-over.js';
import { Ledger } from './ledger.js';
import type { NetworkPort, WaitingSession } from './network-port.js';
import { PairingRegistry } from './pairing-registry.js';
import { PeoplesPhones } from './peoples-phones.js';
import { Phone } from './phone.js';
import { Schedule } from './schedule.js';
import { parseSenderConfig } from './sender-config.js';
import { NetworkSession } from './session.js';

export interface SimulatorNetworkOptions {
  /** Repeats a run: the same seed gives the same numbers the same outcomes. It also signs pairings. Default 1. */
  seed?: number;
  /** What differs from the pleasant default. */
  behaviour?: BehaviourChange;
  /** Tells the time of events and restrictions; delays pass in real time. */
  clock?: Clock;
  /** False: the network takes no message ids and recognises no resends. Default true. */
  idempotentIds?: boolean;
  /** How many arrivals the ledger keeps. Default one million, about 0.5 GB. */
  ledgerCapacity?: number;
}

export interface NetworkStats {
  senders: number;
  connected: number;
  waitingForScan: number;
  typingSeen: number;
  /** What came from elsewhere than a direct chat, by kind of chat. */
  dropped: Partial<Record<string, number>>;
}

/**
 * A small WhatsApp of pretend phones. It holds no files: pairings are signed with the seed, so a network that is
 * started again accepts the senders that were paired before.
 */
export class SimulatorNetwork implements NetworkPort {
  readonly idempotentIds: boolean;
  readonly ledger: Ledger;
  readonly schedule = new Schedule();
  private readonly seed: number;
  private readonly pairings: PairingRegistry;
  private readonly clock: Clock;
  private readonly handOver: HandOver;
  private readonly people: PeoplesPhones;
  private readonly phones = new Map<string, Phone>();
  private readonly senderOfNumber = new Map<string, string>();
  private current: Behaviour;
  private typingSeen = 0;

  constructor(options: SimulatorNetworkOptions = {}) {
    this.seed = options.seed ?? 1;
    this.pairings = new PairingRegistry(networkSecret(this.seed));
    this.clock = options.clock ?? systemClock;
    this.idempotentIds = options.idempotentIds ?? true;
    this.ledger = new Ledger(options.ledgerCapacity);
    this.current = changed(pleasantBehaviour, options.behaviour ?? {});
    this.people = new PeoplesPhones({
      clock: this.clock,
      ledger: this.ledger,
      sender: (reference) => this.known(reference),
      senders: () => this.phones.values(),
    });
    this.handOver = new HandOver(
      {
        seed: this.seed,
        idempotentIds: this.idempotentIds,
        ledger: this.ledger,
        people: this.people,
        clock: this.clock,
        lose: (phone, reason) => this.lose(phone, reason),
        follow: (phone, arrived, aftermath, afterMs) => this.follow(phone, arrived, aftermath, afterMs),
      },
      this.current,
    );
  }

  get behaviour(): Behaviour {
    return this.current;
  }

  /**
   * Changes any part of the behaviour from now on; lists are replaced whole, and new faults start counting anew.
   * Throws an `invalid` DomainError that names each wrong field.
   */
  change(change: unknown): Behaviour {
    const faultsBefore = this.current.faults;
    this.current = changed(this.current, change);
    this.handOver.behaveLike(this.current);
    if (this.current.faults !== faultsBefore) {
      for (const phone of this.phones.values()) phone.setNetworkFaults(this.current.faults);
    }
    return this.current;
  }

  openSession(options: SessionOptions): TransportSession {
    return new NetworkSession(this, options);
  }

  /**
   * A phone scans a waiting sender's pairing code. `reference` is the sender's id, its phone number or the payload of
   * the code; with `phoneNumber` another phone than the sender's own scans. Throws `not_found` or `conflict`.
   */
  scan(reference: string, phoneNumber?: string): { senderId: string; phoneNumber: string } {
    const session = this.pairings.find(reference);
    if (!session) throw this.notWaiting(reference);
    const { phone } = session;
    if (phoneNumber) this.renumber(phone, phoneNumber);
    session.scanned();
    return { senderId: phone.senderId, phoneNumber: phone.number };
  }

  /** A phone writes to a sender, or the sender's own phone to that one. It waits if the sender is not connected. */
  write(message: PhoneMessage): { waMessageId: string } | { dropped: string } {
    return this.people.write(message);
  }

  /** A phone changes the text of a message it wrote. */
  edit(edit: PhoneEdit): void {
    this.people.edit(edit);
  }

  /** What a phone is from now on: its number, its LID, what others see of it, its name. */
  describe(phone: PhoneDescribed): HandsetState {
    return this.people.describe(phone);
  }

  /** What is known of a phone. Throws `not_found`. */
  handset(who: Pick<PhoneDescribed, 'phone' | 'lid'>): HandsetState {
    return this.people.state(who);
  }

  /** A phone with a LID shows its number; senders learn that they belong together. */
  show(shown: PhoneShown): HandsetState {
    return this.people.show(shown);
  }

  /** A phone goes by another number or LID from now on. */
  changeIdentity(change: PhoneChanged): HandsetState {
    return this.people.change(change);
  }

  /** Ends a sender's connection from the network's side. */
  drop(reference: string, reason: LossCode): void {
    const phone = this.findPhone(reference);
    if (!phone) throw this.unknownSender(reference);
    this.lose(phone, reason);
  }

  /** Ids of all senders that ever connected. */
  senders(): string[] {
    return [...this.phones.keys()];
  }

  stats(): NetworkStats {
    let connected = 0;
    for (const phone of this.phones.values()) if (phone.connected) connected += 1;
    return {
      senders: this.phones.size,
      connected,
      waitingForScan: this.pairings.waitingCount,
      typingSeen: this.typingSeen,
      dropped: this.people.droppedByChat,
    };
  }

  close(): void {
    this.schedule.close();
  }

  phoneOf(senderId: string, settings: Record<string, unknown>): Phone {
    const config = parseSenderConfig(settings);
    const known = this.phones.get(senderId);
    if (known) {
      known.configure(config);
      return known;
    }
    const number = config.phoneNumber ?? madeUpNumber(this.seed, senderId);
    const phone = new Phone(senderId, number, config);
    phone.setNetworkFaults(this.current.faults);
    this.phones.set(senderId, phone);
    this.senderOfNumber.set(number, senderId);
    return phone;
  }

  accept(phone: Phone, message: Addressed<OutboundMessage>): Answer {
    return this.handOver.accept(phone, message);
  }

  isRegistered(number: string): boolean {
    return this.handOver.isRegistered(number);
  }

  typing(phone: Phone, to: string, durationMs: number): void {
    this.typingSeen += 1;
    phone.showTyping(to, durationMs);
  }

  offerPairing(session: WaitingSession): { payload: string; expiresAt: Date; lifetimeMs: number } {
    const lifetimeMs = this.current.pairing.qrLifetimeMs;
    return {
      payload: this.pairings.offer(session),
      expiresAt: addMs(this.clock.now(), lifetimeMs),
      lifetimeMs,
    };
  }

  pairingOver(session: WaitingSession): void {
    this.pairings.over(session);
  }

  pair(phone: Phone): string {
    return this.pairings.link(phone);
  }

  recognise(phone: Phone, credentials: string): LossCode | undefined {
    const device = this.pairings.recognise(phone, credentials);
    if ('refused' in device) return device.refused;
    this.renumber(phone, device.phoneNumber);
    return undefined;
  }

  revoke(credentials: string): void {
    this.pairings.unlink(credentials);
  }

  private lose(phone: Phone, reason: LossCode): void {
    if (reason === 'banned') phone.banned = true;
    if (reason === 'logged_out') this.pairings.unlinkCurrent(phone.senderId);
    phone.drop(reason);
  }

  private follow(
    phone: Phone,
    arrived: { id: string; to: string },
    aftermath: Aftermath,
    afterMs: number,
  ): void {
    for (const { status, code, afterMs: delayMs } of aftermath.receipts) {
      this.schedule.after(afterMs + delayMs, () => {
        const at = this.clock.now();
        phone.deliver({ type: 'receipt', waMessageId: arrived.id, status, at, code });
      });
    }
    const { reply } = aftermath;
    if (!reply) return;
    this.schedule.after(afterMs + reply.afterMs, () => {
      this.write({ to: phone.senderId, ...writerAt(arrived.to), text: reply.text });
    });
  }

  private known(reference: string): Phone {
    const phone = this.findPhone(reference);
    if (!phone) throw this.unknownSender(reference);
    return phone;
  }

  private renumber(phone: Phone, number: string): void {
    if (phone.number === number) return;
    if (this.senderOfNumber.get(phone.number) === phone.senderId) this.senderOfNumber.delete(phone.number);
    phone.number = number;
    this.senderOfNumber.set(number, phone.senderId);
    phone.setNetworkFaults(this.current.faults);
  }

  private findPhone(reference: string): Phone | undefined {
    return this.phones.get(reference) ?? this.phones.get(this.senderOfNumber.get(reference) ?? '');
  }

  private notWaiting(reference: string): DomainError {
    if (!this.findPhone(reference) && !reference.startsWith('2@')) return this.unknownSender(reference);
    return new DomainError(
      'conflict',
      'sender_not_waiting',
      'No sender waits with that pairing code: it is paired already, or the code has expired. Connect the sender and use the code it shows now.',
    );
  }

  private unknownSender(reference: string): DomainError {
    return new DomainError(
      'not_found',
      'sender_not_found',
      `The simulator has never seen a sender ${reference.slice(0, 60)}. Give its id or phone number, and connect it first.`,
    );
  }
}

function changed(current: Behaviour, change: unknown): Behaviour {
  const result = changeBehaviour(current, change);
  if (!result.ok) throw invalid(result.errors, 'invalid_behaviour');
  return result.behaviour;
}
