import { TextEncryption } from '../lib/encryption.js';
import { addMs, systemClock } from '../lib/clock.js';
import type { Database } from '../db/index.js';
import type { Logger } from '../lib/logger.js';
import { systemRandom } from '../lib/random.js';
import { RightOfWay } from '../lib/right-of-way.js';
import { CAMPAIGN_RUN, CampaignWaitTracker, runProgress, tellStalls } from '../modules/campaigns/index.js';
import {
  bulkEditProgress,
  importProgress,
  numberCheckProgress,
  NumberCheckRunner,
} from '../modules/contacts/index.js';
import { SenderManager } from '../modules/senders/index.js';
import { jobCatalog } from '../jobs.js';
import type { ExhaustedHandlers, JobHandlers } from '../queue/index.js';
import type { ExhaustedHandler, JobContext, JobOutcome } from '../queue/job.js';
import { createExhaustedReceipts } from '../worker/handlers/exhausted.js';
import { MessageWorker } from '../worker/message-worker/message-worker.js';
import { createReceiptsHandler } from '../worker/handlers/receipts.js';
import { createRetentionHandler } from '../worker/handlers/retention.js';
import { createReconcileHandler } from '../worker/handlers/reconcile.js';
import { SessionHost } from '../worker/session-host/session-host.js';
import { defaultTiming } from '../worker/session-host/timing.js';
import { checkingTransports } from './contact-services.js';
import { deliverySources as sources } from './sources.js';
import { createRestoreGuard, type RestoreGuard } from './restore.js';
import { queueConcurrency } from './queue-concurrency.js';
import type { Services } from './services.js';
import type { ServiceInputs } from './inputs.js';
import {
  DeliveryEnds,
  DeliveryRetention,
  DeliveryService,
  humanPaceAt,
  ReceiptService,
  ReconcileService,
  type PartPause,
  type TypingPace,
} from '../modules/delivery/index.js';
import { InboundService } from '../modules/inbound/index.js';
import { JobStarts, type ProgressReaders } from '../modules/workers/index.js';

/** A transport that has not answered by then has lost the message, or its answer. */
const LONGEST_SEND_MS = 60_000;

/** What has to wait until it is known what was sent before looks again after that time. */
const UNSETTLED_PAUSE_MS = 2_000;

/** How far each watched job is, by its name. */
const progressReaders: ProgressReaders = {
  [jobCatalog.importContacts.name]: importProgress,
  [jobCatalog.editContacts.name]: bulkEditProgress,
  [jobCatalog.checkNumbers.name]: numberCheckProgress,
  [CAMPAIGN_RUN]: runProgress,
};

export interface WorkerTuning {
  /** How the typing simulation and the pauses between parts are paced; human unless given. */
  typing?: TypingPace;
  pause?: PartPause;
}

export interface WorkerRole {
  /** Takes no more jobs, finishes what was handed over, lets go of the sessions. */
  stop(timeoutMs: number): Promise<void>;
}

/** Hosts sessions and works through the queues. */
export async function startWorkerRole(
  inputs: ServiceInputs & { tuning: WorkerTuning },
  services: Services,
): Promise<WorkerRole> {
  const { config, infrastructure, transports, logger } = inputs;
  const { queue } = infrastructure;
  const restore = createRestoreGuard(config, infrastructure, logger);
  const inbound = new InboundService({
    ...infrastructure,
    people: services.identities,
    keeper: restore.keeper,
    clock: systemClock,
    logger,
  });
  const host = new SessionHost({
    ...infrastructure,
    inbox: inbound,
    transports,
    encryption: new TextEncryption(config.auth.appSecret ?? ''),
    random: systemRandom,
    logger,
  });
  const { database } = infrastructure;
  const starts = new JobStarts({ database, workerId: host.workerId, progress: progressReaders, logger });
  await host.start();
  try {
    await starts.start();
    await restore.settle();
    inbound.start();
    const reconcile = createReconcile(inputs);
    const { handlers, exhausted } = jobHandlers(inputs, services, {
      host,
      inbound,
      reconcile,
      starts,
      restore,
    });
    const onLost = () => rebuildQueue(services, reconcile, logger);
    await queue.startWorkers(handlers, { ...queueConcurrency(config), onLost, watch: starts }, exhausted);
    await services.feeder.rewakeRunningCampaigns();
    await resumeContactWork(services);
  } catch (error) {
    await starts.stop();
    await host.stop();
    await inbound.stop();
    await restore.close();
    throw error;
  }
  return {
    async stop(timeoutMs) {
      await starts.letGo();
      await queue.drain(timeoutMs);
      await starts.stop();
      await host.stop();
      await inbound.stop();
      await restore.close();
    },
  };
}

/** What was asked for and has not ended. */
async function resumeContactWork(services: Services): Promise<void> {
  await services.imports.resumeUnfinished();
  await services.bulkEdits.resumeUnfinished();
  await services.numberChecks.resumeUnfinished();
}

function createReconcile({ config, infrastructure, transports, logger }: ServiceInputs): ReconcileService {
  return new ReconcileService({
    ...infrastructure,
    sources,
    clock: systemClock,
    logger,
    hasIdempotentIds: (name) => transports[name]?.capabilities.idempotentIds ?? false,
    limits: {
      sendingMs: config.campaigns.claimTimeoutSeconds * 1_000,
      workerSilentMs: defaultTiming.leaseMs,
      graceMs: config.campaigns.resendGraceSeconds * 1_000,
    },
  });
}

function createRetention(services: Services, { database, logger }: { database: Database; logger: Logger }) {
  const deliveries = new DeliveryRetention(database);
  return createRetentionHandler({
    database,
    clock: systemClock,
    logger,
    removers: {
      messageTextDays: (tenantId, before, signal) => deliveries.removeTexts(tenantId, before, signal),
      deliveryDays: async (tenantId, before, signal) =>
        (await services.recipientRetention.removeOld(tenantId, before, signal)) +
        (await deliveries.removeSends(tenantId, before, signal)),
      mediaDays: (tenantId, before, signal) => services.media.removeUnusedSince(tenantId, before, signal),
      importDays: (tenantId, before, signal) => services.importRetention.removeOld(tenantId, before, signal),
    },
  });
}

/** A queue that was lost or is new knows nothing of what PostgreSQL still wants done. */
async function rebuildQueue(services: Services, reconcile: ReconcileService, logger: Logger): Promise<void> {
  await services.feeder.rewakeRunningCampaigns();
  const messages = await reconcile.offerAllQueued();
  if (messages > 0) logger.warn({ messages }, 'the job queue had lost its jobs; it was rebuilt');
}

interface WorkerParts {
  host: SessionHost;
  inbound: InboundService;
  reconcile: ReconcileService;
  starts: JobStarts;
  restore: RestoreGuard;
}

function jobHandlers(
  { config, infrastructure, transports, logger, tuning }: ServiceInputs & { tuning: WorkerTuning },
  services: Services,
  { host, inbound, reconcile, starts, restore }: WorkerParts,
): { handlers: JobHandlers<typeof jobCatalog>; exhausted: ExhaustedHandlers<typeof jobCatalog> } {
  const { database } = infrastructure;
  const clock = systemClock;
  const numberChecks = new NumberCheckRunner({
    database,
    clock,
    logger,
    sessions: host,
    transports: checkingTransports(transports),
  });
  const rightOfWay = new RightOfWay();
  const senderManager = new SenderManager({
    database,
    clock,
    random: systemRandom,
    logger,
    transports,
    workerId: host.workerId,
    rightOfWay,
  });
  const { handOvers } = restore;
  const delivery = new DeliveryService({
    database,
    sources,
    logger,
    workerId: host.workerId,
    transports,
    rightOfWay,
    handOvers,
  });
  const ends = new DeliveryEnds({ database, sources, logger, rightOfWay });
  const receipts = new ReceiptService({ database, sources, clock, logger, rightOfWay });
  const messageWorker = new MessageWorker({
    delivery,
    senders: senderManager,
    sessions: host,
    queue: infrastructure.queue,
    media: services.mediaFiles,
    waiting: new CampaignWaitTracker({ database, clock }),
    clock,
    random: systemRandom,
    logger,
    sendTimeoutMs: Math.min(LONGEST_SEND_MS, (config.campaigns.claimTimeoutSeconds * 1_000) / 2),
    resendGraceMs: config.campaigns.resendGraceSeconds * 1_000,
    ...humanPaceAt(config.campaigns.typingPercent),
    ...tuning,
  });
  // What may have been sent before a restore is not sent before that is known.
  const whenSettled =
    <Payload>(handle: (payload: Payload, context: JobContext) => Promise<JobOutcome>) =>
    (payload: Payload, context: JobContext): Promise<JobOutcome> =>
      restore.isSettled()
        ? handle(payload, context)
        : Promise.resolve({ kind: 'runAgain', at: addMs(clock.now(), UNSETTLED_PAUSE_MS) });
  const handlers: JobHandlers<typeof jobCatalog> = {
    sendMessage: whenSettled(messageWorker.handleSend),
    sendAnswer: whenSettled(messageWorker.handleAnswer),
    feedCampaign: whenSettled(services.feeder.handleFeed),
    importContacts: services.imports.handleImport,
    editContacts: services.bulkEdits.handleBulk,
    checkNumbers: async (payload, context) => {
      const outcome = await numberChecks.handleCheck(payload, context);
      if (outcome.kind === 'done') await services.numberChecks.queueNext(payload.tenantId);
      return outcome;
    },
    forgetAttributeNames: async () => {
      await services.attributeNames.forgetUnused((run) => database.transaction(run));
      return { kind: 'done' };
    },
    syncSession: host.handleSync,
    recordReceipts: createReceiptsHandler({ receipts }),
    tellEnds: async (_payload, { signal }) => {
      await ends.tell(signal);
      return { kind: 'done' };
    },
    forgetEvents: async (_payload, { signal }) => {
      await inbound.obeyParked(signal);
      await inbound.forgetOld(signal);
      return { kind: 'done' };
    },
    recoverSenders: async () => {
      await senderManager.recoverIdle();
      await senderManager.foldTotals();
      return { kind: 'done' };
    },
    startDueCampaigns: async () => {
      if (restore.isSettled()) await services.scheduler.startDue(starts);
      return { kind: 'done' };
    },
    tellStalled: async () => {
      await tellStalls(database, clock.now());
      return { kind: 'done' };
    },
    markInstallation: async () => {
      await restore.mark();
      return { kind: 'done' };
    },
    publishEvents: async (_payload, { signal }) => {
      await services.events.publish(signal);
      return { kind: 'done' };
    },
    keepEvents: async (_payload, { signal }) => {
      await services.eventUpkeep.keep(signal);
      return { kind: 'done' };
    },
    applyRetention: createRetention(services, { database, logger }),
    reconcile: createReconcileHandler({
      reconcile,
      rewakeRunningCampaigns: services.feeder.rewakeRunningCampaigns,
      resumeImports: () => resumeContactWork(services),
      removeAbandonedMedia: () => services.media.removeAbandoned(),
      logger,
    }),
  };
  const giveUp: ExhaustedHandler<typeof jobCatalog.sendMessage> = ({ tenantId, deliveryId }) =>
    delivery.giveUp(tenantId, deliveryId);
  return {
    handlers,
    exhausted: {
      sendMessage: giveUp,
      sendAnswer: giveUp,
      feedCampaign: services.feeder.handleExhausted,
      importContacts: services.imports.handleExhausted,
      editContacts: services.bulkEdits.handleExhausted,
      checkNumbers: async (payload, end) => {
        await numberChecks.handleExhausted(payload, end);
        await services.numberChecks.queueNext(payload.tenantId);
      },
      recordReceipts: createExhaustedReceipts({ receipts, logger }),
    },
  };
}
