/** A campaign has one feed job: waking it twice is the same as once. */
export function feedJobId(campaignId: string): string {
  return `feed-${campaignId}`;
}

/** A recipient has one send job, whoever queues it: the feeder, or the reconciler that found it without one. */
export function sendJobId(recipientId: string): string {
  return `send-${recipientId}`;
}
