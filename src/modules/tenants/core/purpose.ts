/**
 * Why something is sent. It decides which of the tenant's rules bind it: `marketing` is what the recipient did not ask
 * for, `service` is about something the recipient has with the tenant, such as an order or an appointment.
 */
export const purposes = ['marketing', 'service'] as const;

export type Purpose = (typeof purposes)[number];

export interface PurposeRules {
  /** The tenant's quiet hours, and its send window where the sender of the message has stated none of its own. */
  hours: boolean;
  /** The tenant's frequency cap holds it back, and it counts for it. */
  frequencyCap: boolean;
}

/** Opt-out and suppression bind every purpose; these are the rules in which they differ. */
export const rulesOf: { readonly [Of in Purpose]: PurposeRules } = {
  marketing: { hours: true, frequencyCap: true },
  service: { hours: false, frequencyCap: false },
};
