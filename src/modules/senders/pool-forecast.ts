import type { Tx } from '../../db/index.js';
import { latest } from '../../lib/clock.js';
import type { MessageType, TransportRegistry } from '../../transports/transport.js';
import { PoolForecast, type ForecastPace, type ForecastSender } from './core/forecast.js';
import { MAX_CONSECUTIVE_FAILURES, MIN_HEALTH_TO_SEND } from './core/health.js';
import type { WaitReason } from './core/waiting.js';
import { warmUpDay } from './core/warm-up.js';
import { poolSenders } from './forecast.repository.js';
import type { SenderPool } from './reservation.repository.js';
import type { Sender } from './sender.entity.js';
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
}

export interface PoolOutlook {
  total: number;
  /** Senders that can send as things stand, now or when a limit ends. */
  able: number;
  /** Able ones that a warm-up plan caps today. */
  warmingUp: number;
  /** The others, by what keeps them from it. */
  unable: { reason: WaitReason; senders: number }[];
  forecast: PoolForecast;
}

/** A pool as it stands, ready to be played forward: who is away, paused or ill now is taken to stay so. */
export async function poolOutlook(
  tx: Tx,
  transports: TransportRegistry,
  request: ForecastRequest,
  now: Date,
): Promise<PoolOutlook> {
  const senders = await poolSenders(tx, request.tenantId, request.pool);
  const able: ForecastSender[] = [];
  const unable = new Map<WaitReason, number>();
  for (const sender of senders) {
    const reason = obstacleOf(sender, transports, request);
    if (reason === undefined) able.push(forecastSender(sender, request, now));
    else unable.set(reason, (unable.get(reason) ?? 0) + 1);
  }
  return {
    total: senders.length,
    able: able.length,
    warmingUp: able.filter(({ slot }) => slot.warmUp !== undefined).length,
    unable: [...unable].map(([reason, count]) => ({ reason, senders: count })),
    forecast: new PoolForecast(able, request.pace, latest(request.from, now)),
  };
}

/** In the order in which the reservation's census asks. */
function obstacleOf(
  sender: Sender,
  transports: TransportRegistry,
  { messageTypes, budget, pace }: ForecastRequest,
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

function forecastSender(sender: Sender, { budget }: ForecastRequest, now: Date): ForecastSender {
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
