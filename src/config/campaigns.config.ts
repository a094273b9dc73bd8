import { isSupportedCountry } from 'libphonenumber-js/max';
import { Text, WholeNumber } from './decorators.js';

export class CampaignsConfig {
  @Text({
    env: 'DEFAULT_COUNTRY',
    allowed: 'an ISO 3166-1 country code in capitals, such as BR, DE or IN',
    accepts: (text) => isSupportedCountry(text),
    whenUnset: 'numbers need their country code',
    help: 'Country of phone numbers that are given without a country code.',
  })
  defaultCountry?: string;

  @WholeNumber({
    env: 'MESSAGE_CONCURRENCY',
    default: 1_000,
    min: 1,
    max: 20_000,
    unit: 'messages',
    help: 'Messages one worker process works on at the same time; those that share a job of the queue with others have as many places of their own, and so have answers. Typing and pauses count: about as many as it has senders, or two for each message a second it shall send.',
  })
  messageConcurrency!: number;

  @WholeNumber({
    env: 'TYPING_PERCENT',
    default: 100,
    min: 0,
    max: 500,
    unit: '%',
    help: 'How long senders type before a message and pause between its parts, in percent of what people take. 0 switches both off, which looks like a machine: for tests and measurements.',
  })
  typingPercent!: number;

  @WholeNumber({
    env: 'CLAIM_TIMEOUT',
    default: 180,
    min: 2,
    max: 3_600,
    unit: 's',
    help: 'A hand-over that is older than this is taken for lost and resolved, although its worker still lives. Transports get half of it, at most a minute, to answer. The hand-overs of dead workers are resolved within seconds.',
  })
  claimTimeoutSeconds!: number;

  @WholeNumber({
    env: 'RESEND_GRACE',
    default: 120,
    min: 1,
    max: 86_400,
    unit: 's',
    help: 'Where a campaign sends messages of unknown delivery status again (options.onUnknown: resend): how long a late receipt has to come before that.',
  })
  resendGraceSeconds!: number;

  @WholeNumber({
    env: 'CAMPAIGN_WINDOW',
    default: 6_000,
    min: 1,
    max: 100_000,
    unit: 'messages',
    help: 'Most messages of one campaign that are in the queue at the same time.',
  })
  window!: number;
}
