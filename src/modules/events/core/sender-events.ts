import { number, object, optionalText, text, type EventDefinition } from './payload-schema.js';

interface ConnectionChange {
  /** The status of the connection before. */
  before: string;
}

interface ConnectionLost extends ConnectionChange {
  /** In words; null when there is nothing to explain. */
  reason: string | null;
}

export interface SenderEvents {
  'sender.connected': ConnectionChange;
  'sender.disconnected': ConnectionLost;
  'sender.logged_out': ConnectionLost;
  'sender.banned': ConnectionLost;
  'sender.paused': { reason: string; code: string | null };
  'sender.resumed': { reason: string };
  'sender.health': { healthScore: number; before: number; threshold: number };
  'sender.restricted': { until: string };
  'sender.quota_low': {
    window: 'day' | 'warm_up';
    quota: number;
    used: number;
    startedAt: string;
    endsAt: string;
  };
}

const before = text('The status of its connection before, such as `connecting`');
const lost = object({ before, reason: optionalText('Why, in words; null when there is nothing to explain') });

export const senderEvents: { readonly [Kind in keyof SenderEvents]: EventDefinition<SenderEvents[Kind]> } = {
  'sender.connected': {
    payload: object({ before }),
    example: { before: 'connecting' },
  },
  'sender.disconnected': {
    payload: lost,
    example: { before: 'connected', reason: 'The connection was lost.' },
  },
  'sender.logged_out': {
    payload: lost,
    example: {
      before: 'connected',
      reason: 'The device was unlinked on the phone. Connect again to pair anew.',
    },
  },
  'sender.banned': {
    payload: lost,
    example: { before: 'connected', reason: 'WhatsApp has banned this account.' },
  },
  'sender.paused': {
    payload: object({
      reason: text('`operator`, or `consecutive_failures`'),
      code: optionalText('The code of the last failure, when failures paused it'),
    }),
    example: { reason: 'consecutive_failures', code: 'rate_limited' },
  },
  'sender.resumed': {
    payload: object({ reason: text('Why it had been paused') }),
    example: { reason: 'operator' },
  },
  'sender.health': {
    payload: object({
      healthScore: number('Now, 0 to 100'),
      before: number('Its health before'),
      threshold: number('Below it the sender is skipped'),
    }),
    example: { healthScore: 45, before: 50, threshold: 50 },
  },
  'sender.restricted': {
    payload: object({ until: text('It may open no conversation before, ISO 8601') }),
    example: { until: '2026-03-03T10:00:00.000Z' },
  },
  'sender.quota_low': {
    payload: object({
      window: text('`day`: its quota of a day; `warm_up`: the day of its warm-up plan'),
      quota: number('Messages of the window'),
      used: number('Of these, so many are used'),
      startedAt: text('When the window began, ISO 8601'),
      endsAt: text('When it ends, ISO 8601'),
    }),
    example: {
      window: 'day',
      quota: 1_000,
      used: 900,
      startedAt: '2026-03-02T10:00:00.000Z',
      endsAt: '2026-03-03T10:00:00.000Z',
    },
  },
};
