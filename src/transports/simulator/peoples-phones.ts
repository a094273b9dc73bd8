import type { Clock } from '../../lib/clock.js';
import { DomainError, invalid } from '../../lib/errors.js';
import type { Peer } from '../peer.js';
import { lidAddress } from './core/addressed.js';
import { currentAddresses, shownBy, stateOf, type Handset, type HandsetState } from './core/handset.js';
import { newMessageId } from './core/identity.js';
import {
  contentOf,
  LATEST,
  type PhoneChanged,
  type PhoneDescribed,
  type PhoneEdit,
  type PhoneMessage,
  type PhoneShown,
} from './core/writing.js';
import { Handsets } from './handsets.js';
import type { Ledger } from './ledger.js';
import type { Phone } from './phone.js';

export interface PeoplesPhonesPorts {
  clock: Clock;
  ledger: Ledger;
  /** A sender's, by its number or id. Throws `not_found`. */
  sender(reference: string): Phone;
  senders(): Iterable<Phone>;
}

/** Who a control means: a number, a LID, or both. */
interface Named {
  from?: string | undefined;
  lid?: string | undefined;
}

/** The other side of every chat: what people's phones are, and what they write. */
export class PeoplesPhones {
  private readonly handsets = new Handsets();
  private readonly dropped: Partial<Record<string, number>> = {};

  constructor(private readonly ports: PeoplesPhonesPorts) {}

  /** What came from elsewhere than a direct chat, by kind of chat. */
  get droppedByChat(): Partial<Record<string, number>> {
    return { ...this.dropped };
  }

  /** The phone with this number, this LID or both, as it is from now on; made where there is none. */
  describe({ phone, lid, showsNumber, pushName }: PhoneDescribed): HandsetState {
    if (showsNumber === false && lid === undefined && this.handsets.at(phone ?? '')?.lid === undefined) {
      throw invalid([{ path: 'lid', message: 'is missing; a phone that hides its number has a LID' }]);
    }
    const handset = this.named({ from: phone, lid });
    if (pushName !== undefined) handset.pushName = pushName;
    if (showsNumber === true && !handset.showsNumber) this.reveal(handset, undefined);
    if (showsNumber !== undefined) handset.showsNumber = showsNumber;
    return stateOf(handset);
  }

  /** Throws `not_found` where no phone goes by it, or nothing is remembered of the one that does. */
  state({ phone, lid }: Pick<PhoneDescribed, 'phone' | 'lid'>): HandsetState {
    const handset = this.handsets.at(phone ?? lidAddress(lid ?? ''));
    if (handset) return stateOf(handset);
    const message = `Nothing is known of a phone ${phone ?? lid}. Describe it with POST /phones first.`;
    throw new DomainError('not_found', 'phone_not_found', message);
  }

  /** A phone writes to a sender, or the sender's own phone to that one. It waits if the sender is not connected. */
  write(message: PhoneMessage): { waMessageId: string } | { dropped: string } {
    const sender = this.ports.sender(message.to);
    const { chat = 'direct', id: waMessageId = newMessageId(), fromMe = false } = message;
    if (chat !== 'direct') {
      this.dropped[chat] = (this.dropped[chat] ?? 0) + 1;
      return { dropped: chat };
    }
    const quotes = this.quoted(message, sender);
    const writer = this.writerOf(message, sender, fromMe);
    if (!fromMe) for (const address of writer.addresses) sender.rememberWriter(address);
    sender.deliver({
      type: 'message',
      waMessageId,
      from: writer.peer,
      fromMe,
      late: !sender.connected,
      at: this.ports.clock.now(),
      content: contentOf(message),
      ...(writer.pushName === undefined ? {} : { pushName: writer.pushName }),
      ...(quotes === undefined ? {} : { replyTo: { waMessageId: quotes } }),
    });
    return { waMessageId };
  }

  /** A phone changes the text of a message it wrote. */
  edit({ to, id, text, fromMe = false, ...who }: PhoneEdit): void {
    const sender = this.ports.sender(to);
    const from = this.writerOf(who, sender, fromMe).peer;
    const target = { chat: from, waMessageId: id, fromMe };
    sender.deliver({ type: 'edit', target, from, text, at: this.ports.clock.now() });
  }

  /** A phone that has a LID shows its number from now on: to this sender, or to all it has a chat with, who are told. */
  show({ to, phone, lid }: PhoneShown): HandsetState {
    const told = to === undefined ? undefined : this.ports.sender(to);
    const handset = this.named({ from: phone, lid });
    this.reveal(handset, told);
    handset.showsNumber = true;
    return stateOf(handset);
  }

  /** A phone goes by another number or LID from now on. Who sees the difference is told: this sender, or all it has a chat with. */
  change({ to, newPhone, newLid, ...who }: PhoneChanged): HandsetState {
    const told = to === undefined ? undefined : this.ports.sender(to);
    const handset = this.named(who);
    const before = shownBy(handset);
    this.handsets.rename(handset, { number: newPhone ?? handset.number, lid: newLid ?? handset.lid });
    const after = shownBy(handset);
    if (before.phone === after.phone && before.lid === after.lid) return stateOf(handset);
    const at = this.ports.clock.now();
    for (const sender of told ? [told] : this.chatsOf(handset)) {
      sender.deliver({ type: 'identity_changed', from: before, to: after, at });
    }
    return stateOf(handset);
  }

  /** The number of whoever is addressed so, as far as it has one. */
  numberAt(address: string): string {
    return this.handsets.at(address)?.number ?? address;
  }

  /** All that the phone which is addressed so ever went by. */
  addressesOf(address: string): readonly string[] {
    const handset = this.handsets.at(address);
    return handset ? [...handset.addresses] : [address];
  }

  /** A sender's message has come to the phone that is addressed so. */
  reached(address: string, senderId: string): void {
    const handset = this.handsets.at(address);
    if (handset) this.handsets.remember(handset, senderId);
  }

  /** Of a number that nothing is known of nothing need be remembered. */
  private writerOf(
    { from, lid, pushName }: Named & Pick<PhoneMessage, 'pushName'>,
    { senderId }: Phone,
    fromMe: boolean,
  ): { peer: Peer; addresses: readonly string[]; pushName: string | undefined } {
    if (lid === undefined && from !== undefined && !this.handsets.at(from)) {
      return { peer: { phone: from }, addresses: [from], pushName };
    }
    const handset = this.named({ from, lid });
    // Who gives both shows both.
    if (from !== undefined && lid !== undefined) handset.showsNumber = true;
    if (pushName !== undefined && !fromMe) handset.pushName = pushName;
    this.handsets.remember(handset, senderId);
    const addresses = currentAddresses(handset);
    return { peer: shownBy(handset), addresses, pushName: fromMe ? pushName : handset.pushName };
  }

  /** A number that becomes a phone to remember has its chats from when it was none. */
  private named({ from: number, lid }: Named): Handset {
    const chats = number === undefined || this.handsets.at(number) ? [] : this.writtenToBy(number);
    const handset = this.handsets.take({ number, lid });
    for (const { senderId } of chats) this.handsets.remember(handset, senderId);
    return handset;
  }

  private reveal(handset: Handset, told: Phone | undefined): void {
    const { number, lid } = handset;
    if (number === undefined) {
      throw invalid([{ path: 'phone', message: 'is missing: the phone has no number to show' }]);
    }
    if (lid === undefined) return;
    for (const sender of told ? [told] : this.chatsOf(handset)) {
      sender.deliver({ type: 'identity', peers: [{ lid }, { phone: number, lid }] });
    }
  }

  private quoted({ quotes, from, lid }: PhoneMessage, { senderId }: Phone): string | undefined {
    if (quotes !== LATEST) return quotes;
    const addresses = new Set(
      currentAddresses({ number: from, lid }).flatMap((address) => this.addressesOf(address)),
    );
    const latest = this.ports.ledger.latest(senderId, addresses);
    if (latest) return latest.id;
    const message = 'No message of this sender has reached this phone. Quote an id, or send it one first.';
    throw new DomainError('conflict', 'nothing_to_quote', message);
  }

  private chatsOf(handset: Handset): Phone[] {
    return [...this.ports.senders()].filter(({ senderId }) => handset.chats.has(senderId));
  }

  private writtenToBy(number: string): Phone[] {
    return [...this.ports.senders()].filter((sender) => sender.hasWritten(number));
  }
}
