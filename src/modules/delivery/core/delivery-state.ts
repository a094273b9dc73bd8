/**
 * How far a delivery is, derived from its messages. `excluded` ones were found by a source of a campaign's audience and
 * taken out by an exclusion: they are kept to be shown with the reason, and belong to no total.
 */
export type DeliveryState =
  | 'pending'
  | 'queued'
  | 'sending'
  | 'sent'
  | 'delivered'
  | 'read'
  | 'failed'
  | 'skipped'
  | 'unknown'
  | 'excluded';
