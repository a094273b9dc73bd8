import type { BehaviourChange } from '../transports/simulator/index.js';

/** A short nervous network: answers within seconds, many replies, a few numbers that are not on WhatsApp. */
export const demoBehaviour: BehaviourChange = {
  outcomes: { unregistered: 0.05 },
  receipts: {
    delivered: 0.97,
    read: 0.7,
    deliveredDelay: { min: 100, median: 500, p95: 1_500 },
    readDelay: { min: 400, median: 1_500, p95: 4_000 },
  },
  replies: { probability: 0.25, stop: 0.15, delay: { min: 500, median: 1_500, p95: 3_000 } },
};

const pace = { quotaPerMinute: 120, quotaPerHour: 500, quotaPerDay: 5_000 };

/** Three accounts: one that waits for its QR code to be scanned, one that just works, one that goes bad. */
export const cast = [
  { name: 'Ana', transport: 'simulator', transportConfig: { autoPair: false }, ...pace },
  { name: 'Bruno', transport: 'simulator', ...pace },
  {
    name: 'Carla',
    transport: 'simulator',
    transportConfig: { faults: [{ fault: 'fail', afterMessages: 5 }] },
    ...pace,
  },
] as const;

/** Two versions of a picture and a text; half of the recipients get each. */
export function campaignVariants(mediaId: string): object[] {
  const picture = {
    type: 'image',
    mediaId,
    caption: 'For you, {{ contact.name | first_name | default: "friend" }}',
  };
  return [
    { name: 'Plain', weight: 1, messages: [picture, { type: 'text', content: plainText }] },
    { name: 'Curious', weight: 1, messages: [picture, { type: 'text', content: curiousText }] },
  ];
}

export const plainText =
  '{Hi|Hello} {{ contact.name | first_name | default: "there" }}! Your {{ contact.product }} is ready in {{ contact.city }}.';
export const curiousText =
  'Guess what waits for you in {{ contact.city }}, {{ contact.name | first_name | default: "friend" }}? Your {{ contact.product }}!';

export const campaignPace = { minDelay: 200, maxDelay: 500 };
