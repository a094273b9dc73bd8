import type { FieldError } from '../../../../lib/errors.js';
import { lineOf } from '../../../../lib/phone-line.js';
import type { AnsweredMessage, DirectDraft } from '../direct.types.js';

/** A stored message that a request wants to answer. */
export interface RepliedMessage extends Omit<AnsweredMessage, 'contactId'> {
  isInbound: boolean;
  /** Null once the person was erased, or the contact deleted. */
  contactId: string | null;
  /** Of the contact, those it had before a merge included. */
  lines: readonly string[];
  senderExists: boolean;
}

/** What a draft answers, or why it is no answer to that message. */
export function answeredBy(
  { place, replyTo, phone, senderId: asked }: DirectDraft,
  message: RepliedMessage | undefined,
): { ok: true; answered: AnsweredMessage } | { ok: false; error: FieldError } {
  const refused = (field: string, text: string) => ({
    ok: false as const,
    error: { path: `${place}${field}`, message: text },
  });
  if (!message) {
    return refused(
      'replyTo',
      `there is no message ${replyTo}; GET /api/messages?direction=in lists what came in`,
    );
  }
  const { isInbound, contactId, lines, senderId, senderExists } = message;
  if (!isInbound) return refused('replyTo', 'was sent, not received; give the id of a message that came in');
  if (contactId === null) {
    return refused(
      'replyTo',
      'came from a contact that is not there any more; leave it out to write to the number',
    );
  }
  if (!lines.includes(lineOf(phone))) {
    return refused(
      'replyTo',
      'came from another person; give their number as the recipient, or leave it out to write first',
    );
  }
  if (!senderExists) {
    return refused(
      'replyTo',
      'came in at a sender that was deleted; leave it out, and another sender writes',
    );
  }
  if (asked !== undefined && asked !== senderId) {
    return refused(
      'senderId',
      `an answer leaves through the sender that was written to; leave it out, or give ${senderId}`,
    );
  }
  return { ok: true, answered: { contactId, senderId } };
}
