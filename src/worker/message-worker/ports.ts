import type { CampaignWaitTracker } from '../../modules/campaigns/index.js';
import type { Reservation, SenderManager } from '../../modules/senders/index.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { Random } from '../../lib/random.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { Capabilities, TransportSession } from '../../transports/transport.js';
import type { MediaDirectory, ReadyPart } from './contents.js';
import type { Sleep } from './sleep.js';
import type {
  DeliveryService,
  PartPause,
  PartTiming,
  LoadedDelivery,
  TypingPace,
} from '../../modules/delivery/index.js';

/** A sender's live session in this process. */
export interface HostedSession {
  session: TransportSession;
  epoch: number;
  capabilities: Capabilities;
}

export interface SessionDirectory {
  /** Undefined when another worker hosts the sender, or none does. */
  sessionOf(senderId: string): HostedSession | undefined;
}

export interface MessageWorkerDeps {
  delivery: Pick<DeliveryService, 'load' | 'claim' | 'record' | 'end' | 'putBack' | 'rest' | 'noteWait'>;
  senders: Pick<SenderManager, 'reserveNextHealthySender' | 'reserveAnswer' | 'release' | 'recordResults'>;
  sessions: SessionDirectory;
  queue: Pick<JobQueue, 'enqueueMany'>;
  media: MediaDirectory;
  waiting: Pick<CampaignWaitTracker, 'note' | 'noteOfSome' | 'notePace' | 'noteServed' | 'clear'>;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** Default: human typing, a second or two between parts, a minute until a send counts as lost. */
  typing?: TypingPace;
  pause?: PartPause;
  sendTimeoutMs?: number;
  /**
   * How long to wait for a late receipt before a message is sent again that could arrive twice; two minutes unless
   * given.
   */
  resendGraceMs?: number;
  sleep?: Sleep;
}

/** One run of a send job after its sender was reserved. */
export interface SendRun {
  loaded: LoadedDelivery;
  reservation: Reservation;
  hosted: HostedSession;
  parts: ReadyPart[];
  timings: readonly PartTiming[];
  /** The epoch the next claim expects. */
  claimEpoch: number;
  /** Messages that were given to the network: their slots are used up. */
  handedOver: number;
  /** Aborted when the process drains. */
  signal: AbortSignal;
}
