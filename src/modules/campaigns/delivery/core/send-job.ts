/**
 * The id of a recipient's send job. The epoch is part of it, so that a recipient that was put back by a job that still
 * runs can be queued again at once.
 */
export function sendJobId(recipientId: string, claimEpoch: number): string {
  return `send-${recipientId}-${claimEpoch}`;
}
