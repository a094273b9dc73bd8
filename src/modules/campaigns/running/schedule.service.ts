import type { Tx } from '../../../db/index.js';
import { addMs } from '../../../lib/clock.js';
import { DomainError, errorMessage } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { unavailableResource } from '../../../lib/transient-errors.js';
import type { StartWatch, WatchedWork } from '../../../queue/start-watch.js';
import { countRecipients, refreshStatistics } from '../audience/audience.repository.js';
import { CampaignAudience } from '../audience/audience.service.js';
import type { Campaign, Recurrence } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { changeStatus, findCampaign, insertCampaign, updateCampaign } from '../campaign.repository.js';
import { freshCanary, sizedCanary } from '../canary/core/canary.js';
import { feedSoon } from '../feeding/feed-job.js';
import { dueRun } from '../core/recurrence.js';
import {
  dueCampaigns,
  failSeries,
  hasRun,
  lockUnheld,
  moveToNextRun,
  noteStartFailed,
  type DueCampaign,
} from './schedule.repository.js';
import { settleOrigin } from '../../delivery/index.js';
import { writeStatusEvents } from '../status-events.js';
import { assignVariants } from '../variants/variant.repository.js';

const LARGE_AUDIENCE = 10_000;
/** Under this name the starts of runs are recorded: the job that looks for due campaigns serves many of them. */
export const CAMPAIGN_RUN = 'campaign.run';
/** Why a recurring campaign has failed whose run broke the process down that made it. */
const RUN_DIED = 'run_died';
/** A campaign that could not be started rests so long. */
const START_AGAIN_MS = 60_000;

type RecurringCampaign = Campaign & { recurrence: Recurrence; scheduledAt: Date };

/**
 * Starts campaigns whose time has come, and makes the runs of recurring ones. Safe to run anywhere, any time, several
 * at once: the state of the database decides, not the queue, so a lost queue or a night without power costs only time.
 */
export class CampaignScheduler {
  private readonly audience: CampaignAudience;

  constructor(private readonly deps: CampaignDeps) {
    this.audience = new CampaignAudience(deps);
  }

  /**
   * One that cannot be started does not prevent the others; it is tried again with the next call. `watch` ends a series
   * whose audience breaks the process down each time.
   */
  readonly startDue = async (watch?: StartWatch): Promise<void> => {
    const { database, clock } = this.deps;
    for (const due of await dueCampaigns(database.manager, clock.now())) {
      try {
        if (!due.recurs) await this.start(due);
        else if (watch) await this.runWatched(due, watch);
        else await this.run(due);
      } catch (error) {
        await this.noteFailure(due, error);
      }
    }
  };

  /** Rests for a minute, and says so. What is away for the moment is tried again with the next call. */
  private async noteFailure({ id }: DueCampaign, error: unknown): Promise<void> {
    const { database, clock, logger } = this.deps;
    const report = { campaignId: id, error: errorMessage(error) };
    if (unavailableResource(error) !== undefined) {
      return logger.warn(report, 'a due campaign cannot be started for the moment');
    }
    const alert = 'campaign.not_started';
    logger.error({ alert, ...report }, 'a due campaign could not be started; it is tried again in a minute');
    try {
      const now = clock.now();
      await noteStartFailed(database.manager, id, { until: addMs(now, START_AGAIN_MS), now });
    } catch (cause) {
      logger.error({ campaignId: id, error: errorMessage(cause) }, 'the campaign cannot show that it waits');
    }
  }

  private async start({ tenantId, id }: DueCampaign): Promise<void> {
    const { database, clock, logger } = this.deps;
    const change = { to: 'running', at: clock.now(), reason: 'scheduled' } as const;
    const started = await database.transaction((tx) =>
      changeStatus(tx, { tenantId, id }, ['scheduled'], change),
    );
    if (!started) return;
    logger.info({ campaignId: id }, 'a scheduled campaign started');
    await feedSoon(this.deps, { tenantId, campaignId: id });
  }

  private async runWatched(due: DueCampaign, watch: StartWatch): Promise<void> {
    const work = { job: CAMPAIGN_RUN, tenantId: due.tenantId, id: due.id };
    const admission = await watch.begin(work);
    if (admission.kind === 'wait') return;
    if (admission.kind === 'given_up') return this.giveUpSeries(due, watch, work, admission.deaths);
    try {
      await this.run(due);
    } finally {
      // Not ended: another process may be at it, and a run that was made shows as progress.
      await admission.start.handedBack();
    }
  }

  /** The whole series: its next run would break the process down just so. */
  private async giveUpSeries(
    due: DueCampaign,
    watch: StartWatch,
    work: WatchedWork,
    deaths: number,
  ): Promise<void> {
    const { database, clock, logger } = this.deps;
    const { tenantId, id } = due;
    await database.transaction(async (tx) => {
      await failSeries(tx, id, RUN_DIED, clock.now());
      await settleOrigin(tx, id);
    });
    await watch.forget(work);
    const fields = { alert: 'job.poisoned', job: CAMPAIGN_RUN, tenantId, id, deaths };
    logger.error(
      fields,
      'making a run of a recurring campaign killed its process every time; the series has failed',
    );
  }

  /** Of the runs that were missed only the latest is made up for. */
  private async run(due: DueCampaign): Promise<void> {
    const now = this.deps.clock.now();
    const child = newId();
    try {
      const recipients = await this.makeRun(due, child, now);
      if (recipients === undefined) return;
      if (recipients >= LARGE_AUDIENCE) await refreshStatistics(this.deps.database.manager);
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      // A source of the audience is gone: the run is recorded, and the series goes on.
      this.deps.logger.warn(
        { campaignId: due.id, code: error.code },
        'a recurring campaign found no audience',
      );
      await this.recordFailedRun(due, child, now, error.code);
      return;
    }
    this.deps.logger.info({ campaignId: child, originId: due.id }, 'a recurring campaign started a run');
    await feedSoon(this.deps, { tenantId: due.tenantId, campaignId: child });
  }

  /**
   * Returns the size of its audience; undefined when another process has made it, or the campaign was changed
   * meanwhile.
   */
  private makeRun(due: DueCampaign, id: string, now: Date): Promise<number | undefined> {
    return this.deps.database.transaction(async (tx) => {
      const origin = await lockDue(tx, due);
      if (!origin) return undefined;
      const { run, next } = dueRun(origin.recurrence, origin.scheduledAt, now);
      const made = (await hasRun(tx, origin.id, run))
        ? undefined
        : await this.fillRun(tx, origin, id, run, now);
      await moveToNextRun(tx, origin, next, now);
      if (!next) await settleOrigin(tx, origin.id);
      return made;
    });
  }

  private async fillRun(
    tx: Tx,
    origin: RecurringCampaign,
    id: string,
    run: Date,
    now: Date,
  ): Promise<number> {
    await insertCampaign(tx, { ...runOf(origin, run, now), id, status: 'running', startedAt: now });
    await writeStatusEvents(tx, [
      { tenantId: origin.tenantId, id, before: null, status: 'running', reason: 'recurrence' },
    ]);
    const key = { tenantId: origin.tenantId, campaignId: id };
    const summary = await this.audience.fillLike(tx, key, origin);
    const totalRecipients = await countRecipients(tx, id);
    await updateCampaign(tx, id, {
      totalRecipients,
      canary: origin.canary && sizedCanary(freshCanary(origin.canary), totalRecipients),
      ...(origin.audience && { audience: { ...origin.audience, summary } }),
      ...(origin.variants && { variants: await assignVariants(tx, id, origin.variants) }),
    });
    return totalRecipients;
  }

  private recordFailedRun(due: DueCampaign, id: string, now: Date, code: string): Promise<void> {
    const status = code === 'empty_audience' ? 'completed' : 'failed';
    return this.deps.database.transaction(async (tx) => {
      const origin = await lockDue(tx, due);
      if (!origin) return;
      const { run, next } = dueRun(origin.recurrence, origin.scheduledAt, now);
      if (!(await hasRun(tx, origin.id, run))) {
        await insertCampaign(tx, {
          ...runOf(origin, run, now),
          id,
          status,
          startedAt: now,
          completedAt: now,
        });
        await writeStatusEvents(tx, [{ tenantId: due.tenantId, id, before: null, status, reason: code }]);
      }
      await moveToNextRun(tx, origin, next, now);
      if (!next) await settleOrigin(tx, origin.id);
    });
  }
}

/** Undefined when another process has it locked, or it was changed meanwhile. */
async function lockDue(tx: Tx, due: DueCampaign): Promise<RecurringCampaign | undefined> {
  if (!(await lockUnheld(tx, due.id))) return undefined;
  const origin = await findCampaign(tx, due.tenantId, due.id);
  return isStillDue(origin, due) ? origin : undefined;
}

function isStillDue(origin: Campaign | undefined, due: DueCampaign): origin is RecurringCampaign {
  if (origin?.status !== 'scheduled' || !origin.recurrence) return false;
  return origin.scheduledAt?.getTime() === due.scheduledAt.getTime();
}

/** A campaign of its own with everything but the audience, which is that of the moment. */
function runOf(origin: RecurringCampaign, run: Date, now: Date): Partial<Campaign> {
  const lifetime = origin.expiresAt && origin.expiresAt.getTime() - origin.scheduledAt.getTime();
  return {
    tenantId: origin.tenantId,
    name: origin.name,
    purpose: origin.purpose,
    topic: origin.topic,
    parts: origin.parts,
    variants: origin.variants,
    pool: origin.pool,
    listIds: origin.listIds,
    audience: origin.audience,
    priority: origin.priority,
    expiresAt: lifetime === null ? null : addMs(run, lifetime),
    sendWindow: origin.sendWindow,
    maxPerMinute: origin.maxPerMinute,
    rampUpMinutes: origin.rampUpMinutes,
    maxPerSender: origin.maxPerSender,
    canary: origin.canary && freshCanary(origin.canary),
    minDelay: origin.minDelay,
    maxDelay: origin.maxDelay,
    stickySender: origin.stickySender,
    skipUnregistered: origin.skipUnregistered,
    onUnknown: origin.onUnknown,
    originId: origin.id,
    occurrenceAt: run,
    totalRecipients: 0,
    createdAt: now,
    updatedAt: now,
  };
}
