import type { CampaignVariant } from '../../campaign.entity.js';
import type { Counts } from '../../core/counts.js';
import { ratesOf, type Rates } from './rates.js';
import { compareVariants, type VariantVerdict } from './variant-test.js';

export interface VariantResult {
  name: string;
  weight: number;
  recipients: number;
  counts: Counts;
  rates: Rates;
}

/** How the variants of a campaign did, and whether one of them did better than chance explains. */
export interface VariantReport {
  byVariant: VariantResult[];
  comparison: { read: VariantVerdict; replied: VariantVerdict };
}

/** Undefined for a campaign without variants. `counts` are by the variant's place; one without recipients has none. */
export function variantReport(
  variants: readonly CampaignVariant[] | null,
  counts: ReadonlyMap<number, Counts>,
  nothing: Counts,
): VariantReport | undefined {
  if (!variants) return undefined;
  const byVariant = variants.map(({ name, weight, recipients = 0 }, index) => {
    const own = counts.get(index) ?? nothing;
    return { name, weight, recipients, counts: own, rates: ratesOf(own) };
  });
  const outcomes = (rate: 'read' | 'replied') =>
    byVariant.map(({ name, rates }) => ({ name, count: rates[rate].count, of: rates[rate].of }));
  return {
    byVariant,
    comparison: {
      read: compareVariants('read', outcomes('read')),
      replied: compareVariants('answered', outcomes('replied')),
    },
  };
}
