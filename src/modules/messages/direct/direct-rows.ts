import { latest } from '../../../lib/clock.js';
import { writtenDelivery, type WrittenDelivery } from '../../delivery/index.js';
import type { Purpose } from '../../tenants/index.js';
import { contactChanged } from './errors.js';
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
    replyTo: delivery.replyTo,
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

/** The contact of a direct message. */
export interface DirectPerson {
  id: string;
  /** The number that was asked for, in the form the contact has, which is dialled whatever form the request named. */
  phone: string;
  name: string | null;
}

export function directDelivery(
  message: ReadyMessage,
  person: DirectPerson | undefined,
  { purpose, now }: { purpose: Purpose; now: Date },
): DirectDelivery {
  const { index, name, content, senderId, sendAt, replyTo, answered } = message;
  if (!person) throw contactChanged(message);
  const addressee = {
    contactId: person.id,
    phone: person.phone,
    name: name ?? person.name,
    onlySenderId: senderId,
    sendAt,
    replyTo,
    // An advertisement is no answer, whoever wrote before.
    lane: answered && purpose !== 'marketing' ? ('answer' as const) : ('direct' as const),
  };
  return { ...writtenDelivery(addressee, [content], now), index };
}

/** When the last of those with a time is to leave; undefined when none has one. */
export function lastSendAt(messages: readonly ReadyMessage[]): Date | undefined {
  const times = messages.flatMap(({ sendAt }) => sendAt ?? []);
  return times.length === 0 ? undefined : times.reduce(latest);
}
