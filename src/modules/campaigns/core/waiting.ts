import { wallTime } from '../../../lib/wall-time.js';

/** Why a campaign or a recipient is not sent to at present, in words for the dashboard. */
const messages: Readonly<Record<string, string>> = {
  pace: 'All senders that can send keep their pause between two messages.',
  quota_used_up: 'All senders that can send have used up their quota.',
  sender_budget_used_up:
    'All senders that can send have sent as much of this campaign as it allows each of them.',
  no_sender_connected: 'No sender of the pool is connected.',
  all_unhealthy: 'All senders of the pool that are connected and not paused are below the health limit.',
  all_paused: 'All connected senders of the pool are paused.',
  no_sender_in_pool: 'The pool has no senders any more.',
  restricted: 'All senders that can send may only answer, not open conversations, for now.',
  sender_away:
    'The recipients that are left have the first messages from senders that cannot send now; the rest follows from the same senders.',
  no_sender_for_identity:
    'The recipients that are left can be written to by some senders of the pool only, by what is known of them, and those cannot send now.',
  unsupported_type: 'No sender of the pool can send this type of message.',
  outside_window: 'It is outside the hours in which this campaign may send.',
  quiet_hours: 'It is within the quiet hours of the settings, in which no campaign sends.',
  canary:
    'The first recipients were sent to; an operator has to look at the results and let the campaign go on.',
  canary_limits_broken:
    'Among the first recipients more failed or opted out than the campaign allows; an operator has to look at it.',
  ceiling:
    'The campaign has sent as many messages as its ceiling (maxPerMinute, as far as it has risen) allows for now.',
  preempted: 'A campaign of higher priority has the senders first.',
  database_restored:
    'The database was restored from a backup, and not everything that was sent since then is known: whoever resumes the campaign may send to some recipients twice.',
  no_worker: 'No process that sends is running; it goes on by itself once one is started.',
  internal_error:
    'An error inside Starling keeps the campaign from going on; it is tried again twice a minute. The log has the error.',
  scheduled: 'The campaign waits for its start time.',
  start_failed:
    'Its start time has come, but an error inside Starling keeps it from starting. The log has the error.',
  paused: 'The campaign is paused.',
  run_died:
    'Starling gave it up: three times the process that made its next run broke down, as when memory runs out. Duplicate it with a smaller audience.',
};

/** With the time at which it is expected to end, on the zone's wall clock, where that is known. */
export function waitingMessage(reason: string, until?: Date | null, timeZone = 'UTC'): string {
  const message = messages[reason] ?? `Waiting for senders (${reason}).`;
  return until ? `${message} Until ${wallTime(until, timeZone)}.` : message;
}
