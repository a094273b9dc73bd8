/** What does not come with time alone: somebody has to do something about it, or an error has to end. */
const STUCK: ReadonlySet<string> = new Set([
  'no_sender_connected',
  'all_paused',
  'all_unhealthy',
  'no_sender_in_pool',
  'restricted',
  'sender_away',
  'sender_budget_used_up',
  'unsupported_type',
  'internal_error',
  'start_failed',
]);

/** The same, unless it is known when they end. */
const ENDLESS: ReadonlySet<string> = new Set(['canary', 'no_sender_for_identity']);

/** Whether a campaign that waits for this is held up; one that waits for its hours or its quotas goes as planned. */
export function isStuck(reason: string, until: Date | null): boolean {
  return STUCK.has(reason) || (ENDLESS.has(reason) && until === null);
}
