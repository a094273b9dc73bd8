import { wallTime } from '../../../../lib/wall-time.js';
import { isWaitOver, waitOf } from '../../core/campaign-wait.js';
import { waitingMessage } from '../../core/waiting.js';
import type { TraceFacts } from './trace.js';
import { reasonOf } from './reasons.js';

/** Why it was sent, or why not (yet), in a sentence or two. `ahead`: how many wait before it, capped. */
export function traceSummary(facts: TraceFacts, ahead: Ahead): string {
  const { contactExists, code } = facts.recipient;
  const erased = contactExists || code === 'contact_deleted' ? '' : ' The contact was erased since.';
  return `${stateSentences(facts, ahead)}${erased}`;
}

interface Ahead {
  count: number;
  capped: boolean;
}

function stateSentences(facts: TraceFacts, ahead: Ahead): string {
  const { recipient, timeZone } = facts;
  switch (recipient.state) {
    case 'pending':
      return `Not sent yet. ${whyPending(facts, ahead)}`;
    case 'queued':
      return `${begun(facts)}${whyQueued(facts)}`;
    case 'sending':
      return `${begun(facts)}Being sent just now${through(facts)}.`;
    case 'sent':
      return `Sent${through(facts)}; not delivered yet.`;
    case 'delivered':
      return `Sent${through(facts)} and delivered.`;
    case 'read':
      return `Sent${through(facts)} and read.`;
    case 'failed':
      return `${begun(facts)}Failed: ${reasonOf(recipient.code ?? 'undeliverable')}.`;
    case 'unknown':
      return `Handed over${through(facts)}, but delivery was not confirmed: ${reasonOf(recipient.code ?? 'timeout')}. A late receipt settles it.`;
    case 'excluded':
      return `Left out when the campaign was made: ${reasonOf(recipient.code ?? 'excluded')}.`;
    case 'skipped':
      return `${begun(facts)}Skipped at ${wallTime(recipient.updatedAt, timeZone)}: ${reasonOf(recipient.code ?? 'campaign_stopped')}.`;
  }
}

function whyPending(facts: TraceFacts, ahead: Ahead): string {
  const { campaign, timeZone, closed } = facts;
  const wait = waitOf(campaign, facts)?.message ?? (closed && hoursSentence(closed, timeZone));
  if (campaign.status === 'draft') return 'The campaign has not been started.';
  const count = ahead.capped ? `at least ${ahead.count}` : `${ahead.count}`;
  const turn = ahead.count === 0 ? 'It is the next one.' : `${capitalised(count)} others come before it.`;
  if (campaign.status === 'running' || campaign.status === 'paused' || campaign.status === 'scheduled') {
    return wait ? `${wait} ${turn}` : turn;
  }
  return 'The campaign is over; it is being skipped.';
}

function hoursSentence({ until }: { until: Date | undefined }, timeZone: string): string {
  const end = until ? `Until ${wallTime(until, timeZone)}.` : 'They do not come as things are set.';
  return `It is outside the hours in which this recipient may be written to. ${end}`;
}

function whyQueued(facts: TraceFacts): string {
  const { campaign, recipient, now, timeZone, closed } = facts;
  if (campaign.status === 'paused') return 'The campaign is paused.';
  const grace = graceEnd(facts);
  if (grace && grace > now) {
    return `It may have arrived already: it is sent again after ${wallTime(grace, timeZone)} unless a receipt comes before.`;
  }
  const { waitReason, waitUntil } = recipient;
  if (facts.isWorkerAlive && waitReason !== null && !isWaitOver(waitUntil, now)) {
    return `It waits for its turn. ${waitingMessage(waitReason, waitUntil, timeZone)}`;
  }
  const wait = waitOf(campaign, facts)?.message ?? (closed && hoursSentence(closed, timeZone));
  return wait ? `It waits for its turn. ${wait}` : 'It waits for its turn with a sender.';
}

/** Until when a late receipt may make a second copy of the current part unnecessary. */
function graceEnd({ messages, recipient }: TraceFacts): Date | undefined {
  const last = messages.find(({ part }) => part === recipient.nextPart)?.attempts.at(-1);
  return last?.outcome === 'resend' && last.until !== undefined ? new Date(last.until) : undefined;
}

/** Some parts are there already. */
function begun({ recipient, parts }: TraceFacts): string {
  const { nextPart } = recipient;
  return nextPart > 0 && nextPart < parts ? `${nextPart} of ${parts} parts were sent. ` : '';
}

function through({ messages, senders }: TraceFacts): string {
  const last = messages.at(-1);
  const name = last && senders.get(last.senderId);
  return name === undefined ? '' : ` through ${name}`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
