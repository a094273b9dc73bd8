import { differs } from '../../../../lib/statistics.js';
import type { Rates } from './rates.js';

export interface CampaignDifference {
  rate: keyof Rates;
  /** Ids of the campaigns with the higher and the lower rate. */
  higher: string;
  lower: string;
}

const compared: readonly (keyof Rates)[] = ['delivered', 'read', 'replied', 'optedOut', 'failed'];

/** Every pair of campaigns whose rates differ by more than chance explains. */
export function significantDifferences(
  campaigns: readonly { id: string; rates: Rates }[],
): CampaignDifference[] {
  return compared.flatMap((rate) =>
    campaigns.flatMap((first, index) =>
      campaigns.slice(index + 1).flatMap((second) => {
        const [a, b] = [first.rates[rate], second.rates[rate]];
        if (!differs(a, b)) return [];
        const isHigher = (a.rate ?? 0) > (b.rate ?? 0);
        const [higher, lower] = isHigher ? [first.id, second.id] : [second.id, first.id];
        return [{ rate, higher, lower }];
      }),
    ),
  );
}
