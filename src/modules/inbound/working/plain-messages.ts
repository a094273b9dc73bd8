import type { Tx } from '../../../db/index.js';
import type { InboundMessage } from '../../../transports/inbound.js';
import { saveLastSenders } from '../../contacts/index.js';
import { lockAnswered, markReplied, storeReceived, type ReceivedMessage } from '../../delivery/index.js';
import { noteInbound } from '../conversation.repository.js';
import { readable } from '../core/readable.js';
import { lockOwners } from '../owners.repository.js';
import { lockWaiting, markDone, type LockedEvent, type Waiting } from './waiting.repository.js';

/**
 * Works off messages that say nothing to the engine, of many people at once. Every list is one person's, in order; a list is
 * taken as far as no other worker has any of it. Returns how many events were looked at: those whose contact was merged or
 * deleted a moment ago still wait.
 */
export async function takePlain(tx: Tx, people: readonly (readonly Waiting[])[]): Promise<number> {
  const locked = await lockWaiting(
    tx,
    people.flat().map(({ id }) => id),
  );
  const events = unbroken(people, new Map(locked.map((event) => [event.id, event])));
  const wanted = new Map(people.flat().map(({ id, contactIds }) => [id, contactIds[0] ?? '']));
  const received = events.map((event) => receivedOf(event, wanted.get(event.id) ?? ''));
  // Deliveries before contacts, as all who need both.
  const answered = await lockAnswered(tx, received, 'replied_at');
  const owners = await lockOwners(tx, events);
  const mine = inOrder(received, owners);
  const stored = await storeReceived(tx, mine);
  const fresh = mine.filter((_, index) => stored[index]);
  const isFresh = new Set(fresh);
  await saveLastSenders(tx, fresh);
  await noteInbound(tx, fresh);
  await markReplied(
    tx,
    answered.filter(({ message }) => isFresh.has(message)),
  );
  await markDone(
    tx,
    mine.map(({ eventId }) => eventId),
  );
  return events.length;
}

/** Of each person what is locked, up to the first event that is not. */
function unbroken(
  people: readonly (readonly Waiting[])[],
  locked: ReadonlyMap<string, LockedEvent>,
): LockedEvent[] {
  return people.flatMap((events) => {
    const own: LockedEvent[] = [];
    for (const { id } of events) {
      const event = locked.get(id);
      if (!event) break;
      own.push(event);
    }
    return own;
  });
}

/** What is still of whom it was when it was read; nothing of a contact behind one that is not. */
function inOrder(received: readonly EventMessage[], owners: readonly (string | undefined)[]): EventMessage[] {
  const changed = new Set<string>();
  return received.filter(({ contactId }, index) => {
    if (owners[index] !== contactId) changed.add(contactId);
    return !changed.has(contactId);
  });
}

/** A message with the event that brought it. */
type EventMessage = ReceivedMessage & { eventId: string };

function receivedOf({ id, tenantId, senderId, event }: LockedEvent, contactId: string): EventMessage {
  return { eventId: id, ...asReceived({ tenantId, senderId, contactId }, event as InboundMessage) };
}

export function asReceived(
  ids: { tenantId: string; senderId: string; contactId: string },
  message: InboundMessage,
): ReceivedMessage {
  const { waMessageId, content, pushName, late, replyTo } = message;
  return {
    ...ids,
    waMessageId,
    type: content.type,
    body: readable(content),
    content: content.type === 'text' ? null : content,
    received: {
      from: message.from,
      ...(pushName === undefined ? {} : { pushName }),
      ...(replyTo === undefined ? {} : { quotes: replyTo.waMessageId }),
      ...(late ? { late } : {}),
    },
    at: message.at,
  };
}
