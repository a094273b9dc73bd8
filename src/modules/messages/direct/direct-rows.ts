import { writtenDelivery, type WrittenDelivery } from '../../delivery/index.js';
import { writeDirect, type DirectPerson } from './core/direct-text.js';
import { changedMeanwhile } from './errors.js';
import type { AcceptedBulk, AcceptedMessage, ReadyMessage, RefusedMessage } from './direct.types.js';

export type DirectDelivery = WrittenDelivery & { index: number };

/** The answer to a request: what was accepted and what was refused, in the order of the request. */
export function acceptedBulk(
  id: string,
  stored: readonly DirectDelivery[],
  refused: readonly RefusedMessage[],
): AcceptedBulk {
  const messages = stored.map((delivery): AcceptedMessage => ({
    id: messageIdOf(delivery),
    index: delivery.index,
    state: delivery.sendAt ? 'pending' : 'queued',
    to: delivery.phone,
    sendAt: delivery.sendAt,
  }));
  return {
    id,
    messages: messages.toSorted((a, b) => a.index - b.index),
    refused: refused.toSorted((a, b) => a.index - b.index),
  };
}

/** A direct delivery has one message. */
export function messageIdOf({ messages: [message] }: WrittenDelivery): string {
  if (!message) throw new Error('A direct message was not written.');
  return message.id;
}

/**
 * The delivery of a message that was checked before. A text that cannot be written after all, because its contact has
 * changed between the check and now, throws its reason.
 */
export function directDelivery(
  message: ReadyMessage,
  person: DirectPerson | undefined,
  now: Date,
): DirectDelivery {
  if (!person) throw new Error('A recipient has no contact.');
  const written = writeDirect(message, person);
  if (!written.ok) throw changedMeanwhile(message, written.code, written.reason);
  const addressee = {
    contactId: person.id,
    phone: person.phone,
    name: message.name ?? person.name,
    onlySenderId: message.senderId,
    sendAt: message.sendAt,
  };
  return { ...writtenDelivery(addressee, [written.content], now), index: message.index };
}
