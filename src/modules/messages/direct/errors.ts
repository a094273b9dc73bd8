import { DomainError, type FieldError } from '../../../lib/errors.js';
import { sentenceOf } from '../../../lib/faults.js';
import type { ReadyMessage, RefusedMessage } from './direct.types.js';

/** The error of a whole request: 400 when any message is invalid, else that of the first refused message. */
export function errorOfRefused(refused: readonly RefusedMessage[]): DomainError {
  const errors = distinct(refused.flatMap((message) => message.errors));
  const invalid = refused.find(({ kind }) => kind === 'invalid');
  const { kind, code } = invalid ?? refused[0] ?? { kind: 'invalid', code: 'invalid_input' };
  return new DomainError(kind, code, sentenceOf(errors), { errors });
}

/** The contact was merged, moved to another number or deleted since it was looked up. */
export function contactChanged({ place, recipientPath, answered }: ReadyMessage): DomainError {
  const message = 'its contact was merged or deleted a moment ago; send the request again';
  return new DomainError('conflict', 'contact_changed', message, {
    errors: [{ path: answered ? `${place}replyTo` : recipientPath, message }],
  });
}

/** Why a message cannot be cancelled. */
export function tooLate(standing: { state: string; isOut: boolean; source: string }): DomainError {
  const { state, isOut, source } = standing;
  if (!isOut) return conflict(state, 'The message was received, not sent.');
  if (source === 'campaign') {
    const message = 'The message belongs to a campaign; pause or stop the campaign.';
    return new DomainError('conflict', 'message_of_campaign', message);
  }
  if (source === 'test')
    return conflict('of_test', 'The message is a test of a campaign, which leaves at once.');
  if (state === 'queued') {
    return conflict('sending', 'The hand-over of the message was interrupted and may have got through.');
  }
  return conflict(state, `The message is ${state} and cannot be cancelled any more.`);
}

function conflict(state: string, message: string): DomainError {
  return new DomainError('conflict', `message_${state}`, message);
}

function distinct(errors: readonly FieldError[]): FieldError[] {
  return [...new Map(errors.map((error) => [`${error.path} ${error.message}`, error])).values()];
}
