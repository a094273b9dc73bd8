import type { Database, Tx } from '../../db/index.js';
import { Batcher, type BatcherOptions } from '../../lib/batcher.js';
import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { RightOfWay } from '../../lib/right-of-way.js';
import type { TransportRegistry } from '../../transports/transport.js';
import type { ClaimRequest } from './claim.js';
import { claimForSend, departFromQueue, noteWaits } from './delivery.repository.js';
import type { ClosedHours } from './core/hours.js';
import { giveUpQueued } from './give-up.repository.js';
import type {
  ClaimOutcome,
  Delivery,
  Departure,
  OutcomeRecord,
  DeliveryRest,
  DeliveryWait,
  LoadedDelivery,
  RecordedOutcome,
} from './delivery.types.js';
import { restForHours } from './resting.repository.js';
import { loadForSend } from './load.repository.js';
import { recordOutcomes, rememberUnknownNumbers } from './outcome.repository.js';
import type { HandOverLog } from './hand-overs/hand-over-log.js';
import type { DeliverySources } from './source.js';
import { saveLastSenders } from '../contacts/index.js';

export interface DeliveryDeps {
  database: Database;
  sources: DeliverySources;
  logger: Logger;
  /** The worker that sends: its claims are dead when it is gone. */
  workerId: string;
  /** Where all of them can write to numbers, what else people with a number are known by is not read. */
  transports?: TransportRegistry;
  /** What answers take from all else that this process does. */
  rightOfWay?: RightOfWay;
  /** Where each claim is kept before its message is handed over; without one nothing is. */
  handOvers?: Pick<HandOverLog, 'keepHandOver'>;
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

interface Lane {
  isAnswer?: boolean;
}

/** Calls that arrive within this time of each other share one statement (see the engine's measurements). */
const COALESCING = { maxItems: 1000, maxDelayMs: 3 };
/** People wait for answers: only those that come while a run is under way share the next one. */
const AT_ONCE = { ...COALESCING, maxDelayMs: 0 };

/**
 * What a worker reads before a hand-over, writes around it and records after it. Every write is conditional on the
 * claim's epoch, so a job that runs twice, or a worker that wakes up late, changes nothing.
 */
export class DeliveryService {
  private readonly loads: ForAnswersAndOthers<Batcher<DeliveryRef, LoadedDelivery | undefined>>;
  private readonly claims: ForAnswersAndOthers<Batcher<ClaimRequest, ClaimOutcome>>;
  private readonly outcomes: ForAnswersAndOthers<Batcher<OutcomeRecord, RecordedOutcome>>;
  private readonly departures: Batcher<Departure, boolean>;
  private readonly lastSenders: Batcher<OutcomeRecord, void>;
  private readonly unknownNumbers: Batcher<OutcomeRecord, void>;
  private readonly waits: Batcher<DeliveryWait, void>;
  private readonly rightOfWay: RightOfWay;
  private readonly rests: Batcher<DeliveryRest, undefined>;

  constructor(private readonly deps: DeliveryDeps) {
    const { database, sources, workerId, transports = {}, rightOfWay = new RightOfWay() } = deps;
    this.rightOfWay = rightOfWay;
    const numberIsEnough = Object.values(transports).every(({ capabilities }) =>
      capabilities.addresses.includes('phone'),
    );
    this.loads = this.forAnswersAndOthers(
      (options) =>
        new Batcher((items) => loadForSend(database.manager, sources, items, { numberIsEnough }), options),
    );
    this.claims = this.forAnswersAndOthers((options) =>
      this.batched((tx, requests) => claimForSend(tx, sources, requests, workerId), options),
    );
    this.outcomes = this.forAnswersAndOthers((options) =>
      this.batched((tx, records) => recordOutcomes(tx, sources, records), options),
    );
    this.departures = this.batched(departFromQueue, this.givingWay);
    this.rests = this.batched(restForHours, this.givingWay);
    this.lastSenders = this.remembered<OutcomeRecord>(saveLastSenders);
    this.unknownNumbers = this.remembered<OutcomeRecord>(rememberUnknownNumbers);
    this.waits = this.remembered(noteWaits);
  }

  /** A delivery with everything its send depends on; undefined when it is not there (any more). */
  load(
    tenantId: string,
    deliveryId: string,
    { isAnswer = false }: Lane = {},
  ): Promise<LoadedDelivery | undefined> {
    const { answers, others } = this.loads;
    const ref = { tenantId, deliveryId };
    return isAnswer ? this.rightOfWay.urgently(() => answers.add(ref)) : others.add(ref);
  }

  /**
   * Takes the delivery for one part and writes the message that will be handed over. `lost` when anything changed
   * since it was loaded: paused, opted out, claimed by another job.
   */
  async claim(request: ClaimRequest, { isAnswer = false }: Lane = {}): Promise<ClaimOutcome> {
    const { answers, others } = this.claims;
    const outcome = isAnswer
      ? await this.rightOfWay.urgently(() => answers.add(request))
      : await others.add(request);
    const { deliveryId, part, senderId, waMessageId = null } = request;
    if (outcome.kind === 'claimed')
      await this.deps.handOvers?.keepHandOver({ deliveryId, part, senderId, waMessageId });
    return outcome;
  }

  /** Records how the hand-over ended; saves the contact's last sender, and numbers that are not on WhatsApp. */
  async record(record: OutcomeRecord, { isAnswer = false }: Lane = {}): Promise<RecordedOutcome> {
    const { answers, others } = this.outcomes;
    const recorded = await (isAnswer ? answers : others).add(record);
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
   * Returns a queued delivery that no campaign feeds to those that wait for their time, until its hours open, and says so.
   * The reconciliation queues it again, at `lookAt` at the latest, and soon after the hours of its tenant have changed.
   */
  async rest(delivery: Delivery, { reason, until }: ClosedHours, lookAt: Date): Promise<void> {
    const { tenantId, id: deliveryId, claimEpoch } = delivery;
    await this.rests.add({ tenantId, deliveryId, claimEpoch, reason, until, lookAt });
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

  /** These writes serve the trace and later choices; losing one is no error of the send. */
  private readonly logForgotten = (what: string) => (error: unknown) => {
    this.deps.logger.warn({ error: errorMessage(error) }, `could not remember ${what}`);
  };

  private get givingWay(): BatcherOptions {
    return { ...COALESCING, givesWayTo: this.rightOfWay };
  }

  private forAnswersAndOthers<Of>(make: (options: BatcherOptions) => Of): ForAnswersAndOthers<Of> {
    return { answers: make(AT_ONCE), others: make(this.givingWay) };
  }

  private remembered<Item>(write: (tx: Tx, items: Item[]) => Promise<void>): Batcher<Item, void> {
    const run = async (items: Item[]): Promise<void[]> => {
      await write(this.deps.database.manager, items);
      return items.map(() => undefined);
    };
    return new Batcher(run, this.givingWay);
  }

  private batched<Item, Result>(
    write: (tx: Tx, items: Item[]) => Promise<Result[]>,
    options: BatcherOptions,
  ): Batcher<Item, Result> {
    return new Batcher((items) => this.deps.database.transaction((tx) => write(tx, items)), options);
  }
}

const SAME_WAIT_MS = 60_000;

function aboutTheSame(a: Date | null, b: Date | null): boolean {
  if (a === null || b === null) return a === b;
  return Math.abs(a.getTime() - b.getTime()) < SAME_WAIT_MS;
}
