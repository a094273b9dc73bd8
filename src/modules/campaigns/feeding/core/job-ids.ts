/** A campaign has one feed job: waking it twice is the same as once. */
export function feedJobId(campaignId: string): string {
  return `feed-${campaignId}`;
}
