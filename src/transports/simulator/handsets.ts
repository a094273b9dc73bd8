import { DomainError } from '../../lib/errors.js';
import { lidAddress } from './core/addressed.js';
import { currentAddresses, type Handset } from './core/handset.js';

/** Beyond these the oldest are forgotten, and are plain numbers again. */
const MAX_HANDSETS = 100_000;
const MAX_CHATS = 10_000;

export interface Who {
  number: string | undefined;
  lid: string | undefined;
}

/** People's phones by what they go by: a number and a LID belong to one phone at a time, and are free when it gives them up. */
export class Handsets {
  private readonly all = new Set<Handset>();
  private readonly byAddress = new Map<string, Handset>();

  /** Whose number, or `lid:...`, this is now. */
  at(address: string): Handset | undefined {
    return this.byAddress.get(address);
  }

  /**
   * The phone with this number, this LID, or both; made where there is none, and one from now on where two had one each.
   * Throws a `conflict` where one of them has another number or LID already.
   */
  take(who: Who): Handset {
    const known = currentAddresses(who).flatMap((address) => this.byAddress.get(address) ?? []);
    for (const handset of known) refuseOther(handset, who);
    const [handset = this.make(who.number !== undefined), other] = new Set(known);
    if (other) this.absorb(handset, other);
    this.rename(handset, { number: who.number ?? handset.number, lid: who.lid ?? handset.lid });
    return handset;
  }

  /** From now on it goes by these. Throws a `conflict` for what another phone has. */
  rename(handset: Handset, who: Who): void {
    for (const address of currentAddresses(who)) {
      const owner = this.byAddress.get(address);
      if (owner && owner !== handset) throw taken(`${address} belongs to another phone.`);
    }
    for (const address of currentAddresses(handset)) this.byAddress.delete(address);
    Object.assign(handset, who);
    for (const address of currentAddresses(handset)) {
      handset.addresses.add(address);
      this.byAddress.set(address, handset);
    }
  }

  remember(handset: Handset, senderId: string): void {
    if (handset.chats.size < MAX_CHATS) handset.chats.add(senderId);
  }

  private make(showsNumber: boolean): Handset {
    const handset: Handset = {
      number: undefined,
      lid: undefined,
      showsNumber,
      pushName: undefined,
      addresses: new Set(),
      chats: new Set(),
    };
    this.all.add(handset);
    const [oldest] = this.all;
    if (oldest && this.all.size > MAX_HANDSETS) this.forget(oldest);
    return handset;
  }

  private absorb(handset: Handset, other: Handset): void {
    this.forget(other);
    handset.pushName ??= other.pushName;
    for (const address of other.addresses) handset.addresses.add(address);
    for (const senderId of other.chats) this.remember(handset, senderId);
  }

  private forget(handset: Handset): void {
    this.all.delete(handset);
    for (const address of currentAddresses(handset)) this.byAddress.delete(address);
  }
}

function refuseOther(handset: Handset, { number, lid }: Who): void {
  const { number: ownNumber = number, lid: ownLid = lid } = handset;
  if (number !== undefined && ownNumber !== number) {
    throw taken(
      `The phone with ${lid === undefined ? 'this LID' : lidAddress(lid)} has the number ${ownNumber}.`,
    );
  }
  if (lid !== undefined && ownLid !== lid) throw taken(`The phone ${number} has the LID ${ownLid}.`);
}

function taken(what: string): DomainError {
  return new DomainError('conflict', 'phone_taken', `${what} Change it with POST /identity/change first.`);
}
