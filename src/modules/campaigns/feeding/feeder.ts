import type { Tx } from '../../../db/index.js';
import { addMs, earlier, latest } from '../../../lib/clock.js';
import type { JobHandler, JobOutcome, PayloadOf } from '../../../queue/job.js';
import { unavailableResource } from '../../../lib/transient-errors.js';
import type { Campaign } from '../campaign.entity.js';
import type { feedCampaign } from '../campaign.jobs.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { countsOf, FEED_FOLDS_ABOVE, findCampaign, foldCounts } from '../campaign.repository.js';
import { applyCanary, tellCanaryTurn, type CanaryTurn } from '../canary/canary-gate.js';
import { wakeFeed } from './feed-job.js';
import { feedWindow, staggeredDelays, type Pace } from './core/pacing.js';
import { mostParts, partCounts } from '../variants/core/variants.js';
import { clearCampaignWaiting, noteCampaignWaiting } from '../sending/waiting.repository.js';
import { ceilingOf, rampElapsedMs, slotMs } from '../sending/core/ceiling.js';
import { FeedHours, type Openness } from './feed-hours.js';
import { FeedPositions } from './feed-position.js';
import { FeedRhythm } from './feed-rhythm.js';
import { PoolSizes } from './pool-sizes.js';
import { campaignsToFeed, lockForFeeding, completeWhenDone } from './feed.repository.js';
import { endUnclaimable, orUnclaimable, Unclaimable } from './unclaimable.js';
import { notePreempted, skipOutsideWindow } from './hours.repository.js';
import { tellNotEnded } from '../not-ended.js';
import {
  sendJobId,
  sendMessage,
  claimPending,
  countHeldForIdentity,
  putBackClaimed,
  skipLeftOver,
  type ClaimedDelivery,
  type FeedFrom,
} from '../../delivery/index.js';

const DEFAULT_WINDOW = 6_000;
const FEED_EVERY_MS = 1_000;
/** Recipients queued at once: the first of many are sent to while the others are queued. */
const FEED_AT_ONCE = 1_000;
/** A campaign outside its hours checks again this often, because windows and quiet hours can be changed. */
const CLOSED_REST_MS = 60_000;

/** How often the feeder looks whether the senders are back that alone can write to the recipients that are left. */
const AWAY_REST_MS = 5_000;

/** Why a campaign waits whose feed job has failed for the last time. */
const FEED_FAILED = 'internal_error';

interface Fed {
  claimed: ClaimedDelivery[];
  /** Recipients queued before, or on their way. */
  ahead: number;
  /** There was no room for more, or no recipient left. */
  filled: boolean;
  entries: number;
  turn?: CanaryTurn;
  /** No recipient is left or on the way that a connected sender can write to. */
  held?: boolean;
}

/** Keeps running campaigns' windows of queued recipients filled, completes them, and finishes stopping stopped ones. */
export class CampaignFeeder {
  private readonly hours: FeedHours;
  private readonly rhythm = new FeedRhythm(FEED_EVERY_MS);
  private readonly positions = new FeedPositions();
  private readonly senders: PoolSizes;

  constructor(private readonly deps: CampaignDeps) {
    this.senders = new PoolSizes(deps);
    this.hours = new FeedHours(deps.database, deps.logger);
  }

  readonly handleFeed: JobHandler<typeof feedCampaign> = async ({ tenantId, campaignId }, { signal }) => {
    if (signal.aborted) return this.soon();
    const campaign = await findCampaign(this.deps.database.manager, tenantId, campaignId);
    if (campaign?.status === 'running') return this.feed(campaign);
    this.positions.forget(campaignId);
    if (campaign?.status === 'stopped') return this.finishStopping(campaign);
    if (campaign?.status === 'paused') return this.expire(campaign);
    return { kind: 'done' };
  };

  /** The feed job has failed for the last time: the campaign says so until it is woken again and gets on. */
  readonly handleExhausted = async (campaign: PayloadOf<typeof feedCampaign>): Promise<void> => {
    const wait = { reason: FEED_FAILED, until: null, now: this.deps.clock.now() };
    await noteCampaignWaiting(this.deps.database.manager, campaign, wait);
  };

  /** Gives every campaign that needs one its feed job again: at boot, and when the queue may have lost it. */
  readonly rewakeRunningCampaigns = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (const payload of await campaignsToFeed(this.deps.database.manager, this.deps.clock.now())) {
      await wakeFeed(this.deps.queue, payload).catch((error: unknown) => {
        if (unavailableResource(error) !== undefined) throw error;
        errors.push(error);
      });
    }
    // One that cannot be woken does not keep the others waiting.
    if (errors.length > 0) throw errors[0];
  };

  private async feed(campaign: Campaign): Promise<JobOutcome> {
    const { database, logger } = this.deps;
    const now = this.deps.clock.now();
    const tx = database.manager;
    if (campaign.expiresAt && campaign.expiresAt <= now) {
      tellNotEnded(logger, campaign.id, await skipOutsideWindow(tx, campaign.id));
    }
    const openness = await this.hours.look(campaign, now);
    if (openness.kind === 'closed') return this.restUntil(campaign, openness);
    await notePreempted(tx, campaign.id);
    const { connected, present, absent } = await this.senders.of(campaign);
    // Without any connected sender all recipients wait alike.
    const reach = present.length > 0 && absent.length > 0 ? { present, absent } : undefined;
    const { claimed, ahead, entries, turn, filled, held } = await this.claimAround(campaign, connected, {
      places: openness.places,
      reach,
    });
    if (turn) tellCanaryTurn(logger, campaign.id, turn);
    if (claimed.length > 0) await this.enqueue(campaign, claimed, { ahead, senders: connected });
    if (entries > FEED_FOLDS_ABOVE) await foldCounts(database.manager, campaign.id);
    if (claimed.length === 0 && (await this.complete(campaign.id))) return { kind: 'done' };
    if (held) return this.restForIdentity(campaign, now);
    if (campaign.waitingReason === FEED_FAILED)
      await clearCampaignWaiting(tx, { tenantId: campaign.tenantId, campaignId: campaign.id });
    return {
      kind: 'runAgain',
      at: this.rhythm.next(campaign.id, { taken: claimed.length, ahead, filled }, now),
    };
  }

  /** Only senders that are away can write to the recipients that are left. */
  private async restForIdentity({ tenantId, id }: Campaign, now: Date): Promise<JobOutcome> {
    const wait = { reason: 'no_sender_for_identity', until: null, now };
    await noteCampaignWaiting(this.deps.database.manager, { tenantId, campaignId: id }, wait);
    return { kind: 'runAgain', at: addMs(now, AWAY_REST_MS) };
  }

  /**
   * No recipient may be sent to now. The jobs of those still queued put them back; nothing else has to be done
   * meanwhile.
   */
  private async restUntil(
    { tenantId, id, expiresAt }: Campaign,
    { reason, until }: Extract<Openness, { kind: 'closed' }>,
  ): Promise<JobOutcome> {
    const { database, clock } = this.deps;
    if (await this.complete(id)) return { kind: 'done' };
    const now = clock.now();
    const waiting = { tenantId, campaignId: id };
    await noteCampaignWaiting(database.manager, waiting, { reason, until: until ?? null, now });
    const next = [until, expiresAt].reduce<Date>(
      (first, at) => (at ? earlier(first, at) : first),
      addMs(now, CLOSED_REST_MS),
    );
    return { kind: 'runAgain', at: latest(next, addMs(now, FEED_EVERY_MS)) };
  }

  /** A campaign expires during a pause, too. The jobs of queued recipients put them back before they are ended. */
  private async expire({ id, expiresAt }: Campaign): Promise<JobOutcome> {
    const { database, clock, logger } = this.deps;
    if (!expiresAt || expiresAt > clock.now()) return { kind: 'done' };
    const skipped = await skipOutsideWindow(database.manager, id);
    tellNotEnded(logger, id, skipped);
    if (skipped.ended > 0) return this.soon();
    if (skipped.left.length > 0) return this.later();
    await this.complete(id);
    return { kind: 'done' };
  }

  /** True when no recipient was left. */
  private async complete(campaignId: string): Promise<boolean> {
    const { database, clock, logger } = this.deps;
    if (!(await database.transaction((tx) => completeWhenDone(tx, campaignId, clock.now())))) return false;
    await foldCounts(database.manager, campaignId);
    logger.info({ campaignId }, 'campaign completed');
    return true;
  }

  /** A recipient that cannot be queued is found by halving, and ends by itself: the others are not held up by it. */
  private async claimAround(campaign: Campaign, senders: number, from: FeedFrom): Promise<Fed> {
    for (let atOnce = FEED_AT_ONCE; ; atOnce = Math.ceil(atOnce / 2)) {
      try {
        return await this.claim(campaign, senders, from, atOnce);
      } catch (error) {
        if (!(error instanceof Unclaimable)) throw error;
        if (atOnce > 1) continue;
        const after = this.positions.after(campaign, this.deps.clock.now());
        await endUnclaimable(this.deps, campaign, { ...from, after }, error);
        return { claimed: [], ahead: 0, entries: 0, filled: false };
      }
    }
  }

  /** Under the campaign's lock, so that two feeders never fill the same window twice and none feeds after a pause. */
  private async claim(
    { tenantId, id }: Campaign,
    senders: number,
    from: FeedFrom,
    most: number,
  ): Promise<Fed> {
    return this.deps.database.transaction(async (tx) => {
      const campaign = await lockForFeeding(tx, tenantId, id);
      const ledger = (await countsOf(tx, [id])).get(id);
      if (campaign?.status !== 'running' || !ledger)
        return { claimed: [], ahead: 0, entries: 0, filled: true };
      const { counts, entries } = ledger;
      const waiting = from.reach ? await countHeldForIdentity(tx, id) : 0;
      const ahead = Math.max(0, counts.queued + counts.sending - waiting);
      const window = feedWindow(this.pace(campaign), senders, this.deps.window ?? DEFAULT_WINDOW) - ahead;
      const canary = await applyCanary(tx, campaign, counts, this.deps.clock.now());
      const room = Math.min(window, canary.room);
      const atOnce = Math.min(room, most);
      const claimed = room > 0 && counts.pending > 0 ? await this.takeNext(tx, campaign, atOnce, from) : [];
      const filled = claimed.length < atOnce || atOnce === room;
      const held = from.reach !== undefined && !from.places && room > 0 && ahead + claimed.length === 0;
      return {
        claimed,
        ahead,
        entries,
        filled,
        turn: canary.turn,
        held: held && counts.pending + waiting > 0,
      };
    });
  }

  /** Continues behind the recipients it took last; at the end, and now and then, it takes those that came back. */
  private async takeNext(
    tx: Tx,
    campaign: Campaign,
    room: number,
    { places, reach }: FeedFrom,
  ): Promise<ClaimedDelivery[]> {
    const fed = { id: campaign.id, purpose: campaign.purpose, partCounts: partCounts(campaign) };
    if (places) return orUnclaimable(claimPending(tx, fed, room, { places, reach }));
    const now = this.deps.clock.now();
    const after = this.positions.after(campaign, now);
    const next = await orUnclaimable(claimPending(tx, fed, room, { after, reach }));
    if (after !== undefined && next.length < room) {
      this.positions.forget(campaign.id);
      return [...next, ...(await orUnclaimable(claimPending(tx, fed, room - next.length, { reach })))];
    }
    const last = next.at(-1);
    if (last) this.positions.note(campaign, last.id, after !== undefined, now);
    return next;
  }

  private async enqueue(
    campaign: Campaign,
    claimed: ClaimedDelivery[],
    load: { ahead: number; senders: number },
  ): Promise<void> {
    const { tenantId, id: campaignId, priority } = campaign;
    const delays = staggeredDelays(this.pace(campaign), { ...load, count: claimed.length }, this.deps.random);
    const jobs = claimed.map(({ id, claimEpoch }, index) => ({
      payload: { tenantId, deliveryId: id },
      options: { id: sendJobId(id, claimEpoch), delayMs: delays[index] ?? 0, priority },
    }));
    try {
      await this.deps.queue.enqueueMany(sendMessage, jobs, { bundled: true });
    } catch (error) {
      this.positions.forget(campaignId);
      await putBackClaimed(this.deps.database.manager, claimed);
      throw error;
    }
  }

  private pace(campaign: Campaign): Pace {
    const ceiling = ceilingOf(campaign);
    if (!ceiling) return paceOf(campaign);
    const elapsedMs = rampElapsedMs(campaign.rampStartedAt, this.deps.clock.now());
    return { ...paceOf(campaign), slotMs: slotMs(ceiling, elapsedMs) };
  }

  private async finishStopping({ id }: Campaign): Promise<JobOutcome> {
    const tx = this.deps.database.manager;
    const skipped = await skipLeftOver(tx, id);
    tellNotEnded(this.deps.logger, id, skipped);
    const counts = (await countsOf(tx, [id])).get(id)?.counts;
    if (counts && counts.pending + counts.queued > 0) {
      return skipped.ended === 0 && skipped.left.length > 0 ? this.later() : this.soon();
    }
    await foldCounts(tx, id);
    return { kind: 'done' };
  }

  /** What could not be done is tried again, but not every second. */
  private later(): JobOutcome {
    return { kind: 'runAgain', at: addMs(this.deps.clock.now(), CLOSED_REST_MS) };
  }

  private soon(): JobOutcome {
    return { kind: 'runAgain', at: addMs(this.deps.clock.now(), FEED_EVERY_MS) };
  }
}

export function paceOf(campaign: Campaign): Pace {
  const { minDelay, maxDelay } = campaign;
  return { minDelay, maxDelay, parts: mostParts(campaign) };
}
