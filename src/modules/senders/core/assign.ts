import type { Random } from '../../../lib/random.js';
import { grantable, takeSlot, type Pace, type SenderSlot } from './slot.js';

/** One request of a batch, as the assignment sees it. */
export interface SlotRequest extends Pace {
  messages: number;
  preferredSenderId?: string;
  requiredSenderId?: string;
}

export interface Assignment {
  senderId: string;
  /** Granted messages: fewer than asked only where the sender's whole quota is smaller than the request. */
  messages: number;
}

export interface AssignmentPlan {
  /** In the order of the requests; undefined where no sender was free. */
  assignments: (Assignment | undefined)[];
  /** The senders that were used, as they must be written back. */
  changed: SenderSlot[];
}

/**
 * Assigns a batch of requests to senders whose rows this transaction has locked: a required or preferred sender first,
 * else the least recently used one with room. Requests that name a sender are assigned first, so that the rotation does
 * not take their sender away.
 */
export function assignSlots(
  requests: readonly SlotRequest[],
  senders: readonly SenderSlot[],
  now: Date,
  random: Random,
): AssignmentPlan {
  const rotation = new Rotation(senders, now, random);
  const assignments: (Assignment | undefined)[] = requests.map(() => undefined);
  const assignTo = (index: number, senderId: string | undefined): void => {
    const request = requests[index];
    if (request && !assignments[index]) assignments[index] = rotation.take(request, senderId);
  };
  requests.forEach((request, index) => {
    const named = request.requiredSenderId ?? request.preferredSenderId;
    if (named !== undefined) assignTo(index, named);
  });
  requests.forEach((request, index) => {
    if (request.requiredSenderId === undefined) assignTo(index, undefined);
  });
  return { assignments, changed: rotation.changed() };
}

/** The senders in the order in which they are due; a used one goes to the back. */
class Rotation {
  private readonly byId: Map<string, SenderSlot>;
  /** A set keeps the order of insertion, and moving one to its end costs the same however many there are. */
  private readonly order: Set<string>;
  private readonly used = new Set<string>();
  private usedMicros: number;

  constructor(
    senders: readonly SenderSlot[],
    private readonly now: Date,
    private readonly random: Random,
  ) {
    const sorted = senders.toSorted((a, b) => a.lastUsedMicros - b.lastUsedMicros || (a.id < b.id ? -1 : 1));
    this.byId = new Map(sorted.map((slot) => [slot.id, slot]));
    this.order = new Set(this.byId.keys());
    // Behind every use so far, even when the clock stands still or was set back: the rotation must go on.
    this.usedMicros = Math.max(now.getTime() * 1_000, sorted.at(-1)?.lastUsedMicros ?? 0);
  }

  /** Takes a slot of `senderId`, or of the first sender in the rotation that has one. */
  take(request: SlotRequest, senderId: string | undefined): Assignment | undefined {
    for (const id of senderId === undefined ? this.order : [senderId]) {
      const slot = this.byId.get(id);
      const messages = slot ? grantable(slot, request.messages, this.now) : 0;
      if (!slot || messages === 0) continue;
      this.usedMicros += 1;
      const after = takeSlot(slot, messages, request, this.now, this.usedMicros, this.random);
      this.byId.set(id, after);
      this.used.add(id);
      this.moveToBack(after);
      return { senderId: id, messages };
    }
    return undefined;
  }

  changed(): SenderSlot[] {
    return [...this.used].flatMap((id) => this.byId.get(id) ?? []);
  }

  private moveToBack(slot: SenderSlot): void {
    this.order.delete(slot.id);
    if (slot.nextAvailableAt <= this.now) this.order.add(slot.id);
  }
}
