import type { Tx } from '../../db/index.js';
import { latest } from '../../lib/clock.js';
import type { Capabilities, MessageType, TransportRegistry } from '../../transports/transport.js';
import { yieldingWork } from '../../lib/yielding-work.js';
import { carriersOf } from './carriers.js';
import { PoolForecast } from './core/forecast/forecast.js';
import type { ForecastPace, ForecastSender, Competitor } from './core/forecast/sender-forecast.js';
import { MAX_CONSECUTIVE_FAILURES, MIN_HEALTH_TO_SEND } from './core/health.js';
import type { WaitReason } from './core/waiting.js';
import { warmUpDay } from './core/warm-up.js';
import { poolSenders } from './forecast.repository.js';
import type { SenderPool } from './pool.js';
import type { SenderWithSlot } from './sender.repository.js';
import { slotOf } from './sender-stats.js';

export interface ForecastRequest {
  tenantId: string;
  pool: SenderPool;
  messageTypes: readonly MessageType[];
  pace: ForecastPace;
  /** Not before then. */
  from: Date;
  /** Most messages through one sender, and what some have used of it; absent for no limit. */
  budget?: { perSender: number; used: ReadonlyMap<string, number> };
  /** Other campaigns that want the same senders, in the order in which they are served. */
  competingCampaigns?: readonly CompetingCampaign[];
}

/** What another campaign still has for the senders of its own pool. */
export interface CompetingCampaign {
  pool: SenderPool;
  messageTypes: readonly MessageType[];
  pace: ForecastPace;
  messages: number;
  /** Not before then. */
  begin: Date;
  rank: Competitor['rank'];
}

export interface ForecastedPool {
  total: number;
  /** Senders that can send as things stand, now or when a limit ends. */
  able: number;
  /** Able ones that a warm-up plan caps today. */
  warmingUp: number;
  /** Senders that cannot send, by reason. */
  unable: { reason: WaitReason; senders: number }[];
  /** Of the other campaigns those that use some of the able senders, and do not wait for this one. */
  competingCampaigns: number;
  fleet: PoolForecast;
}

/** By what some sender of the pool that carries these types can write to a person; nothing where the pool is empty. */
export async function addressesOfPool(
  tx: Tx,
  transports: TransportRegistry,
  { tenantId, pool, messageTypes }: Pick<ForecastRequest, 'tenantId' | 'pool' | 'messageTypes'>,
): Promise<Capabilities['addresses']> {
  const senders = await poolSenders(tx, tenantId, pool);
  const carriers = new Set(carriersOf(transports, messageTypes));
  const able = senders.filter(({ transport }) => carriers.has(transport));
  return [...new Set(able.flatMap(({ transport }) => transports[transport]?.capabilities.addresses ?? []))];
}

/**
 * A pool as it stands, ready to be simulated: senders that are disconnected, paused or unhealthy now are assumed to
 * stay so.
 */
export async function forecastPool(
  tx: Tx,
  transports: TransportRegistry,
  request: ForecastRequest,
  now: Date,
): Promise<ForecastedPool> {
  const { tenantId, pool, competingCampaigns = [], pace } = request;
  const senders = await poolSenders(tx, tenantId, pool);
  const competitors =
    competingCampaigns.length > 0
      ? await competitorsOfSenders(tx, transports, tenantId, competingCampaigns)
      : undefined;
  const able: ForecastSender[] = [];
  const unable = new Map<WaitReason, number>();
  for (const sender of senders) {
    const reason = obstacleOf(sender, transports, request);
    if (reason === undefined) {
      able.push({ ...forecastSender(sender, request, now), competitors: competitors?.get(sender.id) ?? [] });
    } else unable.set(reason, (unable.get(reason) ?? 0) + 1);
  }
  const from = latest(request.from, now);
  const work = yieldingWork(Infinity);
  const fleet = new PoolForecast(able, pace, competingCampaigns.length > 0 ? now : from, () =>
    work.yieldIfDue(),
  );
  if (competingCampaigns.length > 0) await fleet.serveCompetitorsUntil(from.getTime());
  return {
    total: senders.length,
    able: able.length,
    warmingUp: able.filter(({ slot }) => slot.warmUp !== undefined).length,
    unable: [...unable].map(([reason, count]) => ({ reason, senders: count })),
    competingCampaigns: new Set(
      able.flatMap((sender) => sender.competitors ?? []).filter(({ rank }) => rank !== 'behind'),
    ).size,
    fleet,
  };
}

/** Every other campaign shares its messages out among the senders that can send them. */
async function competitorsOfSenders(
  tx: Tx,
  transports: TransportRegistry,
  tenantId: string,
  campaigns: readonly CompetingCampaign[],
): Promise<Map<string, Competitor[]>> {
  const senders = await poolSenders(tx, tenantId, { senderIds: [], senderTags: [] });
  const competitors = new Map<string, Competitor[]>();
  for (const { pool, messageTypes, pace, messages, begin, rank } of campaigns) {
    const request = { messageTypes, pace };
    const able = senders.filter(
      (sender) => belongsTo(sender, pool) && obstacleOf(sender, transports, request) === undefined,
    );
    const recipients = Math.ceil(messages / pace.messages / Math.max(able.length, 1));
    const competitor = { left: recipients * pace.messages, pace, begin: begin.getTime(), rank };
    for (const { id } of able) competitors.set(id, [...(competitors.get(id) ?? []), competitor]);
  }
  return competitors;
}

/** As `poolMembership` has it in SQL. */
function belongsTo({ id, tags }: SenderWithSlot, { senderIds, senderTags }: SenderPool): boolean {
  if (senderIds.length === 0 && senderTags.length === 0) return true;
  return senderIds.includes(id) || tags.some((tag) => senderTags.includes(tag));
}

/** In the order in which the reservation's census asks. */
function obstacleOf(
  sender: SenderWithSlot,
  transports: TransportRegistry,
  { messageTypes, budget, pace }: Pick<ForecastRequest, 'messageTypes' | 'budget' | 'pace'>,
): WaitReason | undefined {
  const types = transports[sender.transport]?.capabilities.messageTypes ?? [];
  if (!messageTypes.every((type) => types.includes(type))) return 'unsupported_type';
  if (sender.status !== 'connected') return 'no_sender_connected';
  if (sender.pausedAt) return 'all_paused';
  if (sender.healthScore < MIN_HEALTH_TO_SEND || sender.consecutiveFailures >= MAX_CONSECUTIVE_FAILURES) {
    return 'all_unhealthy';
  }
  const left = budget ? budget.perSender - (budget.used.get(sender.id) ?? 0) : Infinity;
  return left < pace.messages ? 'sender_budget_used_up' : undefined;
}

function forecastSender(sender: SenderWithSlot, { budget }: ForecastRequest, now: Date): ForecastSender {
  const { warmUp, ...slot } = slotOf(sender);
  const over = warmUp && warmUpDay(warmUp, now) === undefined;
  const free = sender.restrictedUntil
    ? latest(slot.nextAvailableAt, sender.restrictedUntil)
    : slot.nextAvailableAt;
  return {
    slot: { ...slot, nextAvailableAt: free, ...(warmUp && !over && { warmUp }) },
    ...(budget && { budgetLeft: budget.perSender - (budget.used.get(sender.id) ?? 0) }),
  };
}
