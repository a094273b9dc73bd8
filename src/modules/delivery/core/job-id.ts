/** The claim of a delivery that is stored as queued, just as the feeder would leave it. */
export const FIRST_CLAIM = 1;

/**
 * The id of a delivery's send job: one per claim that queued it, so that the feeder and the reconciler never queue it
 * twice. A new claim gets a new job and does not wait for the old one, which may be ending just now, or may have died
 * with its worker unknown to the queue.
 */
export function sendJobId(deliveryId: string, claimEpoch: number): string {
  return `send-${deliveryId}-${claimEpoch}`;
}
