import { wallTime } from '../../../../lib/wall-time.js';
import type { Campaign } from '../../campaign.entity.js';
import { waitingMessage } from '../../core/waiting.js';
import { isUnconfirmed } from '../../../delivery/core/unconfirmed.js';
import type { TracedMessage, TracedRecipient } from '../trace.repository.js';
import { reasonOf } from './reasons.js';
import type { MessageAttempt } from '../../../delivery/core/attempt.js';

export type TraceStepKind =
  | 'added'
  | 'started'
  | 'queued'
  | 'waited'
  | 'came_back'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'unknown'
  | 'skipped'
  | 'excluded'
  | 'replied'
  | 'opted_out'
  | 'suppressed';

/** One thing that happened, in words. */
export interface TraceStep {
  at: Date;
  step: TraceStepKind;
  text: string;
  /** From 0. */
  part?: number;
  senderId?: string;
  code?: string;
}

export interface TraceFacts {
  campaign: Campaign;
  recipient: TracedRecipient;
  messages: readonly TracedMessage[];
  /** Names of the senders that are still there. */
  senders: ReadonlyMap<string, string>;
  /** Parts this recipient is to get. */
  parts: number;
  timeZone: string;
  now: Date;
  isWorkerAlive: boolean;
  /** Given while the campaign may not write to this number: until when, if ever. */
  closed: { until: Date | undefined } | undefined;
}

/** Everything that is known to have happened to a recipient, in order. */
export function traceSteps(facts: TraceFacts): TraceStep[] {
  const steps = [
    ...beginning(facts),
    ...waiting(facts),
    ...facts.messages.flatMap((message) => messageSteps(facts, message)),
    ...consent(facts),
    ...ending(facts),
  ];
  // A stable sort: steps of the same millisecond keep the order above.
  return steps.toSorted((a, b) => a.at.getTime() - b.at.getTime());
}

function beginning({ campaign, recipient, messages }: TraceFacts): TraceStep[] {
  if (recipient.state === 'excluded') return [];
  const variant = campaign.variants?.[recipient.variant]?.name;
  const steps: TraceStep[] = [
    {
      at: campaign.createdAt,
      step: 'added',
      text: `Added to the campaign${variant === undefined ? '' : `, variant "${variant}"`}`,
    },
  ];
  if (campaign.startedAt) {
    steps.push({ at: campaign.startedAt, step: 'started', text: 'The campaign was started' });
  }
  const { queuedAt } = recipient;
  if (queuedAt) {
    const isAgain = messages.some(({ attempts }) => attempts.some(({ at }) => new Date(at) < queuedAt));
    steps.push({ at: queuedAt, step: 'queued', text: `Queued for sending${isAgain ? ' again' : ''}` });
  }
  return steps;
}

/** The last wait, until a sender took the recipient or, while it lasts, until it is expected to end. */
function waiting({ recipient, messages, timeZone }: TraceFacts): TraceStep[] {
  const { waitSince, waitReason, waitUntil } = recipient;
  if (!waitSince || waitReason === null) return [];
  const why = lowered(waitingMessage(waitReason));
  if (recipient.state === 'queued') {
    const until = waitUntil ? `, probably until ${wallTime(waitUntil, timeZone)}` : '';
    return [{ at: waitSince, step: 'waited', code: waitReason, text: `Waits for its turn${until} (${why})` }];
  }
  const end = messages
    .flatMap((message) => handOverTimes(message))
    .filter((at) => at >= waitSince)
    .toSorted((a, b) => a.getTime() - b.getTime())[0];
  const until = end ? ` until ${wallTime(end, timeZone)}` : '';
  return [{ at: waitSince, step: 'waited', code: waitReason, text: `Waited for its turn${until} (${why})` }];
}

function handOverTimes({ createdAt, sentAt, attempts }: TracedMessage): Date[] {
  return [createdAt, ...(sentAt ? [sentAt] : []), ...attempts.map(({ at }) => new Date(at))];
}

function messageSteps(facts: TraceFacts, message: TracedMessage): TraceStep[] {
  return [
    ...message.attempts.map((attempt) => attemptStep(facts, message, attempt)),
    ...progress(facts, message),
    ...lateFailure(facts, message),
  ];
}

function attemptStep(facts: TraceFacts, { part }: TracedMessage, attempt: MessageAttempt): TraceStep {
  const { senderId, code } = attempt;
  const base = { at: new Date(attempt.at), part, senderId, code };
  const who = senderName(facts, senderId);
  const what = partName(facts, part);
  const reason = reasonOf(code);
  switch (attempt.outcome) {
    case 'requeued':
      if (isUnconfirmed(attempt)) {
        const how = code === 'worker_lost' ? 'was cut off' : 'was not answered';
        const text = `The hand-over of ${lowered(what)} through ${who} ${how}; it goes out again in a way that cannot arrive twice`;
        return { ...base, step: 'came_back', text };
      }
      return { ...base, step: 'came_back', text: `${what} could not be sent through ${who}: ${reason}` };
    case 'failed':
      return { ...base, step: 'failed', text: `${what} was refused when sent through ${who}: ${reason}` };
    case 'undelivered':
      return {
        ...base,
        step: 'failed',
        text: `${what} was sent through ${who} and failed after all: ${reason}`,
      };
    case 'unknown':
      return { ...base, step: 'unknown', text: unconfirmed(what, who, reason) };
    case 'resend':
      return {
        ...base,
        step: 'unknown',
        text: `${unconfirmed(what, who, reason)}; it is sent again${after(facts, attempt)} unless a receipt comes before, and may arrive twice`,
      };
  }
}

function unconfirmed(what: string, who: string, reason: string): string {
  return `${what} was handed over through ${who}, but delivery was not confirmed: ${reason}`;
}

function after({ timeZone }: TraceFacts, { until }: MessageAttempt): string {
  return until === undefined ? '' : ` after ${wallTime(new Date(until), timeZone)}`;
}

function progress(facts: TraceFacts, message: TracedMessage): TraceStep[] {
  const { part, senderId, sentAt, deliveredAt, readAt, state, updatedAt } = message;
  const base = { part, senderId };
  const what = partName(facts, part);
  const who = senderName(facts, senderId);
  const steps: TraceStep[] = [];
  if (sentAt) steps.push({ ...base, at: sentAt, step: 'sent', text: `${what} was sent through ${who}` });
  if (deliveredAt) steps.push({ ...base, at: deliveredAt, step: 'delivered', text: `${what} was delivered` });
  if (readAt) steps.push({ ...base, at: readAt, step: 'read', text: `${what} was read` });
  if (state === 'sending') {
    steps.push({
      ...base,
      at: updatedAt,
      step: 'sending',
      text: `${what} is being handed over through ${who}`,
    });
  }
  return steps;
}

/** A failure that the network reported after it had taken the message: no hand-over failed. */
function lateFailure(facts: TraceFacts, message: TracedMessage): TraceStep[] {
  const { part, senderId, state, code, attempts, sentAt, updatedAt } = message;
  const last = attempts.at(-1)?.outcome;
  const told = sentAt === null && (last === 'failed' || last === 'undelivered');
  if (state !== 'failed' || told) return [];
  const text = `${partName(facts, part)} failed after all: ${reasonOf(code ?? 'undeliverable')}`;
  const step: TraceStep = { at: updatedAt, step: 'failed', part, senderId, text };
  return [code === null ? step : { ...step, code }];
}

function consent({ recipient }: TraceFacts): TraceStep[] {
  const { repliedAt, optedOutAt, contactOptedOutAt, suppressedAt, suppressionReason } = recipient;
  const steps: TraceStep[] = [];
  if (repliedAt) steps.push({ at: repliedAt, step: 'replied', text: 'Replied' });
  if (optedOutAt) steps.push({ at: optedOutAt, step: 'opted_out', text: 'Answered with an opt-out keyword' });
  else if (contactOptedOutAt) {
    steps.push({ at: contactOptedOutAt, step: 'opted_out', text: 'The contact opted out' });
  }
  if (suppressedAt) {
    const why = suppressionReason ? `: ${suppressionReason}` : '';
    steps.push({
      at: suppressedAt,
      step: 'suppressed',
      text: `The number was put on the suppression list${why}`,
    });
  }
  return steps;
}

/** An end without a hand-over, or one that no message tells of. */
function ending(facts: TraceFacts): TraceStep[] {
  const { state, code, updatedAt: at } = facts.recipient;
  const told = facts.messages.some((message) => message.state === state);
  if (state === 'skipped') {
    return [{ at, step: 'skipped', ...withCode(code), text: `Skipped because ${skipReason(facts)}` }];
  }
  if (state === 'excluded') {
    return [{ at, step: 'excluded', ...withCode(code), text: `Left out: ${reasonOf(code ?? 'excluded')}` }];
  }
  if (state === 'failed' && !told) {
    return [{ at, step: 'failed', ...withCode(code), text: `Failed: ${reasonOf(code ?? 'undeliverable')}` }];
  }
  if (state === 'unknown' && !told) {
    return [{ at, step: 'unknown', ...withCode(code), text: `Given up: ${reasonOf(code ?? 'sender_lost')}` }];
  }
  return [];
}

function skipReason({ recipient, timeZone }: TraceFacts): string {
  const { code, contactOptedOutAt, suppressedAt } = recipient;
  if (code !== 'opted_out' && code !== 'suppressed') return reasonOf(code ?? 'campaign_stopped');
  if (code === 'opted_out' && contactOptedOutAt) {
    return `the contact opted out at ${wallTime(contactOptedOutAt, timeZone)}`;
  }
  if (suppressedAt) return `the number is on the suppression list since ${wallTime(suppressedAt, timeZone)}`;
  return code === 'suppressed' ? reasonOf(code) : 'the contact had opted out by then';
}

function withCode(code: string | null): { code?: string } {
  return code === null ? {} : { code };
}

function partName({ parts }: TraceFacts, part: number): string {
  return parts > 1 ? `Part ${part + 1} of ${parts}` : 'The message';
}

function senderName({ senders }: TraceFacts, id: string): string {
  return senders.get(id) ?? 'a sender that was deleted since';
}

/** A sentence as part of another one. */
function lowered(sentence: string): string {
  return `${sentence.charAt(0).toLowerCase()}${sentence.slice(1).replace(/\.$/, '')}`;
}
