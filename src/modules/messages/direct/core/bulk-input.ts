import type { FieldError } from '../../../../lib/errors.js';
import { lineOf } from '../../../../lib/phone-line.js';
import { inTurns } from '../../../../lib/yielding-work.js';
import { parseContact } from '../../../contacts/core/inline-contacts.js';
import type { DirectDraft, RefusedMessage } from '../direct.types.js';
import {
  invalidMessage,
  partOf,
  parseAsked,
  type Asked,
  type InputRules,
  type MessageInput,
  type ReadMessages,
} from './direct-input.js';

export interface BulkInput extends Omit<MessageInput, 'to'> {
  messages?: readonly MessageInput[] | null;
  recipients?: readonly unknown[] | null;
  skipInvalid?: boolean | null;
  defaultCountry?: string | null;
}

/**
 * Parses `POST /message/send-bulk` in either of its forms, and lets others run in between. A request that is neither gives
 * one error for all messages.
 */
export async function parseBulk(input: BulkInput, rules: InputRules): Promise<ReadMessages> {
  const { messages, recipients } = input;
  const error = formError(input);
  if (error) return { drafts: [], refused: [invalidMessage(0, [error])] };
  const asked = messages
    ? messages.map((message, index) => ({
        place: `messages[${index}].`,
        recipientPath: `messages[${index}].to`,
        index,
        name: null,
        phone: message.to,
        input: {
          ...message,
          senderId: message.senderId ?? input.senderId,
          sendAt: message.sendAt ?? input.sendAt,
          template: message.template ?? input.template,
          variables: { ...input.variables, ...message.variables },
        },
      }))
    : [];
  const named = recipients ? parseRecipients(recipients, input) : { asked: [], refused: [] };
  // Each may have a template of its own.
  const outcomes = await inTurns([...asked, ...named.asked], (message) => parseAsked(message, rules));
  const drafts = outcomes.flatMap((outcome) => ('kind' in outcome ? [] : [outcome]));
  const invalid = outcomes.flatMap((outcome) => ('kind' in outcome ? [outcome] : []));
  const repeated = recipients ? repeatedNumbers(drafts) : new Map<number, RefusedMessage>();
  return {
    drafts: drafts.filter(({ index }) => !repeated.has(index)),
    refused: [...named.refused, ...invalid, ...repeated.values()],
  };
}

function formError(input: BulkInput): FieldError | undefined {
  if (input.messages && input.recipients) {
    return { path: 'recipients', message: 'give either messages or recipients, not both' };
  }
  if (!input.messages && !input.recipients) {
    return {
      path: 'messages',
      message: 'give the messages to send: messages: [{"to": "+5511987654321", "type": "text", ...}]',
    };
  }
  if (input.recipients && !input.type) {
    return { path: 'type', message: 'recipients need the part they all get: "type": "text", "content": ...' };
  }
  const stray = input.messages ? Object.keys(partOf(input))[0] : undefined;
  if (stray !== undefined)
    return { path: stray, message: 'belongs into each of messages, or beside recipients' };
  return undefined;
}

/** The recipients of the one part of the request. */
function parseRecipients(
  recipients: readonly unknown[],
  input: BulkInput,
): { asked: Asked[]; refused: RefusedMessage[] } {
  const asked: Asked[] = [];
  const refused: RefusedMessage[] = [];
  recipients.forEach((recipient, index) => {
    const here = `recipients[${index}]`;
    const errors: FieldError[] = [];
    const contact = parseContact(recipient, here, errors);
    if (!contact) {
      refused.push(invalidMessage(index, errors));
      return;
    }
    asked.push({
      place: '',
      recipientPath: typeof recipient === 'string' ? here : `${here}.phoneNumber`,
      index,
      name: contact.name,
      phone: contact.phoneNumber,
      input: { ...input, variables: { ...input.variables, ...contact.variables } },
    });
  });
  return { asked, refused };
}

/** The same message to the same number twice is a mistake; different messages are not. */
function repeatedNumbers(drafts: readonly DirectDraft[]): Map<number, RefusedMessage> {
  const first = new Map<string, number>();
  const repeated = new Map<number, RefusedMessage>();
  for (const { index, phone, recipientPath: path } of drafts) {
    const line = lineOf(phone);
    const earlier = first.get(line);
    if (earlier === undefined) first.set(line, index);
    else {
      const message = `is the same number as recipients[${earlier}]`;
      repeated.set(index, { ...invalidMessage(index, [{ path, message }]), code: 'duplicate' });
    }
  }
  return repeated;
}
