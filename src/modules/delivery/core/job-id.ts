/**
 * A recipient has one send job per claim that queued it, whoever asks for it: the feeder, or the reconciler that found
 * it without one. Another claim is another job, so that it need not wait for the old one, which may be ending just now
 * or may have died with its worker without the queue knowing yet.
 */
export function sendJobId(recipientId: string, claimEpoch: number): string {
  return `send-${recipientId}-${claimEpoch}`;
}
