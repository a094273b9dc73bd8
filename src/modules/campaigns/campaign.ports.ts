import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import type { Random } from '../../lib/random.js';
import type { JobQueue } from '../../queue/job-queue.js';
import type { Filter } from '../segments/index.js';
import type { Capabilities, MessageType } from '../../transports/transport.js';
import type { Fleet } from './core/fleet.js';
import type { HumanPace } from '../delivery/index.js';
import type { SenderPool } from '../senders/index.js';
import type { CampaignMedia } from '../content/index.js';

/** What campaigns need of the contacts module. */
export interface CampaignContacts {
  /** Phones in E.164. What is not given stays as the contact has it. One row per line, with the line that was asked for. */
  upsertMany(
    tx: Tx,
    tenantId: string,
    contacts: { phone: string; name?: string | null }[],
  ): Promise<{ id: string; line: string }[]>;
}

/** What campaigns need of the senders module. */
export interface CampaignSenders {
  findPool(
    tenantId: string,
    pool: SenderPool,
  ): Promise<{
    total: number;
    connected: number;
    /** By what its connected senders can write to people, and by what only the others can. */
    present: Capabilities['addresses'];
    absent: Capabilities['addresses'];
  }>;
  /** By what some sender of the pool that carries these types can write to a person. */
  addresses(request: {
    tenantId: string;
    pool: SenderPool;
    messageTypes: readonly MessageType[];
  }): Promise<Capabilities['addresses']>;
  /** The pool in its present state, for a simulation. */
  forecast(request: {
    tenantId: string;
    pool: SenderPool;
    messageTypes: readonly MessageType[];
    /** Messages per recipient, and milliseconds between two recipients of one sender. */
    pace: { messages: number; stepMs: number };
    /** Not before then. */
    from: Date;
    budget?: { perSender: number; used: ReadonlyMap<string, number> };
    /** Running campaigns that use some of the same senders, in the order in which they are served. */
    competingCampaigns?: readonly CompetingCampaign[];
  }): Promise<ForecastedPool>;
}

/** The remaining messages of another campaign for the senders of its own pool. */
export interface CompetingCampaign {
  pool: SenderPool;
  messageTypes: readonly MessageType[];
  pace: { messages: number; stepMs: number };
  messages: number;
  /** Not before then. */
  begin: Date;
  /** Whether it goes before this one, takes turns with it, or waits as soon as this one sends. */
  rank: 'before' | 'beside' | 'behind';
}

export interface ForecastedPool {
  total: number;
  /** Senders that can send at present, or when a limit ends. */
  able: number;
  warmingUp: number;
  unable: { reason: string; senders: number }[];
  /** Other campaigns that use some of the able senders and do not wait for this one. */
  competingCampaigns: number;
  fleet: Fleet;
}

/** What campaigns need to know of the worker processes. */
export interface CampaignWorkers {
  /** False when nothing can be sent, because no worker process is running. */
  isAnyAlive(): Promise<boolean>;
}

/** What campaigns need of the segments module. */
export interface CampaignSegments {
  /** Parses a filter of a request; throws `invalid` with all errors below `path`. */
  read(tx: Tx, tenantId: string, input: unknown, path: string): Promise<Filter>;
  /** The filters of saved segments, in the order of the ids. */
  readMany(tx: Tx, tenantId: string, ids: readonly string[], path: string): Promise<Filter[]>;
}

export interface CampaignDeps {
  database: Database;
  queue: JobQueue;
  contacts: CampaignContacts;
  senders: CampaignSenders;
  segments: CampaignSegments;
  media: CampaignMedia;
  workers: CampaignWorkers;
  clock: Clock;
  random: Random;
  logger: Logger;
  /** ISO 3166 alpha-2: how national numbers are read when a request names no country. */
  defaultCountry?: string;
  /** Recipients of one campaign that may be queued or sending at once; 1,000 unless given. */
  window?: number;
  /** How long senders type and pause; as people do unless given. */
  humanPace?: HumanPace;
}
