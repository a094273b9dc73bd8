import type { Database, Tx } from '../../db/index.js';
import { Batcher } from '../../lib/batcher.js';
import type { Logger } from '../../lib/logger.js';
import { errorMessage } from '../../lib/errors.js';
import type { ClaimRequest } from './claim.js';
import { claimForSend, departFromQueue, noteWaits } from './delivery.repository.js';
import { giveUpQueued } from './give-up.repository.js';
import type {
  ClaimOutcome,
  Delivery,
  Departure,
  OutcomeRecord,
  DeliveryWait,
  LoadedDelivery,
  RecordedOutcome,
} from './delivery.types.js';
import { loadForSend } from './load.repository.js';
import { recordOutcomes, rememberUnknownNumbers } from './outcome.repository.js';
import type { DeliverySources } from './source.js';
import { saveLastSenders } from '../contacts/index.js';

export interface DeliveryDeps {
  database: Database;
  sources: DeliverySources;
  logger: Logger;
  /** The worker that sends: its claims are dead when it is gone. */
  workerId: string;
}

interface DeliveryRef {
  tenantId: string;
  deliveryId: string;
}

/** Answers share no batch with others: thousands of a campaign may stand before them, each batch of which takes a while. */
interface ForAnswersAndOthers<Of> {
  answers: Of;
  others: Of;
}

function forAnswersAndOthers<Of>(make: () => Of): ForAnswersAndOthers<Of> {
  return { answers: make(), others: make() };
}

/** Calls that arrive within this time of each other share one statement (see the engine's measurements). */
const COALESCING = { maxItems: 1000, maxDelayMs: 3 };

/**
 * What a worker reads before a hand-over, writes around it and records after it. Every write is conditional on the
 * claim's epoch, so a job that runs twice, or a worker that wakes up late, changes nothing.
 */
export class DeliveryService {
  private readonly loads: ForAnswersAndOthers<Batcher<DeliveryRef, LoadedDelivery | undefined>>;
  private readonly claims: ForAnswersAndOthers<Batcher<ClaimRequest, ClaimOutcome>>;
  private readonly outcomes: Batcher<OutcomeRecord, RecordedOutcome>;
  private readonly departures: Batcher<Departure, boolean>;

  constructor(private readonly deps: DeliveryDeps) {
    const { database, sources, workerId } = deps;
    this.loads = forAnswersAndOthers(
      () => new Batcher((items) => loadForSend(database.manager, sources, items), COALESCING),
    );
    this.claims = forAnswersAndOthers(() =>
      this.batched((tx, requests) => claimForSend(tx, sources, requests, workerId)),
    );
    this.outcomes = this.batched((tx, records) => recordOutcomes(tx, sources, records));
    this.departures = this.batched(departFromQueue);
  }

  /** A delivery with everything its send depends on; undefined when it is not there (any more). */
  load(
    tenantId: string,
    deliveryId: string,
    { isAnswer = false }: { isAnswer?: boolean } = {},
  ): Promise<LoadedDelivery | undefined> {
    const { answers, others } = this.loads;
    return (isAnswer ? answers : others).add({ tenantId, deliveryId });
  }

  /**
   * Takes the delivery for one part and writes the message that will be handed over. `lost` when anything changed
   * since it was loaded: paused, opted out, claimed by another job.
   */
  claim(request: ClaimRequest, { isAnswer = false }: { isAnswer?: boolean } = {}): Promise<ClaimOutcome> {
    const { answers, others } = this.claims;
    return (isAnswer ? answers : others).add(request);
  }

  /** Records how the hand-over ended; saves the contact's last sender, and numbers that are not on WhatsApp. */
  async record(record: OutcomeRecord): Promise<RecordedOutcome> {
    const recorded = await this.outcomes.add(record);
    if (recorded.kind === 'recorded' && recorded.arrived && record.senderId !== record.lastSenderId)
      this.lastSenders.add(record).catch(this.logForgotten('the last sender of a contact'));
    const { settlement } = record;
    if (recorded.kind === 'recorded' && settlement.kind === 'failed' && settlement.code === 'not_on_whatsapp')
      this.unknownNumbers.add(record).catch(this.logForgotten('that a number is not on WhatsApp'));
    return recorded;
  }

  /** Ends a queued delivery without a send; false when another worker has claimed or changed it. */
  end(delivery: Delivery, to: 'skipped' | 'failed' | 'unknown', code: string): Promise<boolean> {
    return this.depart(delivery, to, code);
  }

  /** Returns a queued delivery to those that wait, for when its source sends again. */
  putBack(delivery: Delivery): Promise<boolean> {
    return this.depart(delivery, 'pending', null);
  }

  /**
   * Ends a delivery whose job has failed for the last time: nothing else would, and its campaign would never complete.
   * One that may be on its way is left to the reconciliation.
   */
  async giveUp(tenantId: string, deliveryId: string): Promise<void> {
    await giveUpQueued(this.deps.database.manager, tenantId, deliveryId);
  }

  /**
   * Keeps for the trace what a queued delivery waits for. Written, a batch at a time, only when the reason is new or
   * the time moved: a job that asks every minute writes nothing.
   */
  async noteWait(delivery: Delivery, reason: string, until: Date | null): Promise<void> {
    const { tenantId, id: deliveryId, claimEpoch, waitReason, waitUntil } = delivery;
    if (reason === waitReason && aboutTheSame(until, waitUntil)) return;
    const wait = { tenantId, deliveryId, claimEpoch, reason, until };
    await this.waits.add(wait).catch(this.logForgotten('what a delivery waits for'));
  }

  private depart(
    { tenantId, id, claimEpoch }: Delivery,
    to: Departure['to'],
    code: string | null,
  ): Promise<boolean> {
    return this.departures.add({ tenantId, deliveryId: id, claimEpoch, to, code });
  }

  private readonly lastSenders = new Batcher<OutcomeRecord, void>(async (records) => {
    await saveLastSenders(this.deps.database.manager, records);
    return records.map(() => undefined);
  }, COALESCING);

  private readonly unknownNumbers = new Batcher<OutcomeRecord, void>(async (records) => {
    await rememberUnknownNumbers(this.deps.database.manager, records);
    return records.map(() => undefined);
  }, COALESCING);

  private readonly waits = new Batcher<DeliveryWait, void>(async (waits) => {
    await noteWaits(this.deps.database.manager, waits);
    return waits.map(() => undefined);
  }, COALESCING);

  /** These writes serve the trace and later choices; losing one is no error of the send. */
  private readonly logForgotten = (what: string) => (error: unknown) => {
    this.deps.logger.warn({ error: errorMessage(error) }, `could not remember ${what}`);
  };

  private batched<Item, Result>(write: (tx: Tx, items: Item[]) => Promise<Result[]>): Batcher<Item, Result> {
    return new Batcher((items) => this.deps.database.transaction((tx) => write(tx, items)), COALESCING);
  }
}

const SAME_WAIT_MS = 60_000;

function aboutTheSame(a: Date | null, b: Date | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a.getTime() - b.getTime()) < SAME_WAIT_MS;
}
