import { newId } from '../../../lib/ids.js';
import { choiceSeed, readableText, renderPart, templateScope } from '../../content/index.js';
import type { NewDirectMessage } from '../../delivery/index.js';
import type { AcceptedBulk, AcceptedMessage, ReadyMessage, RefusedMessage } from './direct.types.js';

export type StoredMessage = NewDirectMessage & { index: number };

/** The answer to a request: what was accepted and what was refused, in the order of the request. */
export function acceptedBulk(
  stored: readonly StoredMessage[],
  refused: readonly RefusedMessage[],
): AcceptedBulk {
  const messages = stored.map(({ id, index, phone, sendAt }): AcceptedMessage => ({
    id,
    index,
    state: sendAt ? 'pending' : 'queued',
    to: phone,
    sendAt,
  }));
  return {
    id: stored[0]?.sendId ?? '',
    messages: messages.toSorted((a, b) => a.index - b.index),
    refused: refused.toSorted((a, b) => a.index - b.index),
  };
}

/** The contact of a direct message. */
export interface DirectPerson {
  id: string;
  /** In the form the contact has, which is dialled whatever form the request named. */
  phone: string;
  name: string | null;
  attributes: Record<string, unknown>;
}

/** The row of a message with its recipient, rendered for the contact; its campaign is not known yet. */
export function directRow(
  message: ReadyMessage,
  person: DirectPerson | undefined,
): Omit<NewDirectMessage, 'campaignId'> {
  if (!person) throw new Error('A recipient has no contact.');
  const variables = message.template
    ? { ...person.attributes, ...message.variables }
    : { ...message.variables };
  const { part } = message;
  const { phone } = person;
  const name = message.name ?? person.name;
  const rendered = renderPart(part, templateScope({ phone, name, variables }), choiceSeed(person.id, 0));
  const content = rendered.ok ? rendered.content : undefined;
  return {
    id: newId(),
    recipientId: newId(),
    contactId: person.id,
    phone,
    name,
    variables,
    senderId: message.senderId ?? null,
    sendId: '',
    sendAt: message.sendAt ?? null,
    type: part.type,
    body: content ? readableText(content) : null,
    content: content && content.type !== 'text' ? content : null,
  };
}
