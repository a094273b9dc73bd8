import QuickLRU from 'quick-lru';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';

type FoundPool = Awaited<ReturnType<CampaignDeps['senders']['findPool']>>;

/** In pools of so many connected senders a few more or less do not change how far ahead is fed. */
const LARGE = 1_000;
const SERVES_MS = 5_000;
/** Campaigns of which that is remembered, at most; those fed longest ago are forgotten. */
const MOST = 100;

/**
 * How many senders of a campaign's pool are connected, and by what they can write to people. Counting ten thousand of them
 * for each feed cost as much as the feed itself, so those of large pools are counted every few seconds.
 */
export class PoolSizes {
  private readonly known = new QuickLRU<string, { found: FoundPool; countedAt: number }>({ maxSize: MOST });

  constructor(
    private readonly deps: Pick<CampaignDeps, 'clock'> & {
      senders: Pick<CampaignDeps['senders'], 'findPool'>;
    },
  ) {}

  async of({ id, tenantId, pool }: Pick<Campaign, 'id' | 'tenantId' | 'pool'>): Promise<FoundPool> {
    const now = this.deps.clock.now().getTime();
    const known = this.known.get(id);
    if (known && now >= known.countedAt && now - known.countedAt < SERVES_MS) return known.found;
    const found = await this.deps.senders.findPool(tenantId, pool);
    if (found.connected >= LARGE) this.known.set(id, { found, countedAt: now });
    else this.known.delete(id);
    return found;
  }
}
