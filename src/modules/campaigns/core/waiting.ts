/** Why a running campaign sends nothing just now, in words for the dashboard; `reason` is the senders module's code. */
const messages: Readonly<Record<string, string>> = {
  pace: 'All senders keep their pause between two messages.',
  quota_used_up: 'All senders have used up their quota.',
  no_sender_connected: 'No sender of the pool is connected.',
  all_unhealthy: 'All senders of the pool are below the health limit.',
  all_paused: 'All senders of the pool are paused.',
  no_sender_in_pool: 'The pool has no senders any more.',
  restricted: 'All senders may only answer, not open conversations, for now.',
  sender_away:
    'The recipients that are left have the first messages from senders that cannot send now; the rest follows from the same senders.',
  unsupported_type: 'No sender of the pool can send this type of message.',
};

export function waitingMessage(reason: string): string {
  return messages[reason] ?? `Waiting for senders (${reason}).`;
}
