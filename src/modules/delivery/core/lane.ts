/**
 * Which deliveries go first at a sender: `answer` before `direct` before `campaign`; campaigns among themselves by their
 * priority.
 */
export type Lane = 'answer' | 'direct' | 'campaign';

/** What answers and direct sends ask for; recipients of campaigns have the third. */
export type SendLane = Exclude<Lane, 'campaign'>;

/** WhatsApp calls a conversation open for a day from the person's last message on. */
const ANSWERABLE_MS = 24 * 60 * 60_000;

/**
 * The lane in which a delivery goes now. To write first is no answer, and neither is a text to a person whose last message is
 * more than a day old: it goes as a direct one, under the sender's pace and quotas.
 */
export function laneAt({ lane, lastInboundAt }: { lane: Lane; lastInboundAt: Date | null }, now: Date): Lane {
  if (lane !== 'answer') return lane;
  const answers = lastInboundAt !== null && now.getTime() - lastInboundAt.getTime() <= ANSWERABLE_MS;
  return answers ? 'answer' : 'direct';
}
