/**
 * The furthest state of a recipient, derived from its messages. `excluded` ones were found by a source of the audience
 * and taken out by an exclusion: they are kept to be shown with the reason, and belong to no total.
 */
export type RecipientState =
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
