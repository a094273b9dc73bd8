/** How results raise and lower a sender's health, and how idle time heals it. Numbers are the engine's defaults. */

export const MAX_HEALTH = 100;
/** Below this a sender is skipped. */
export const MIN_HEALTH_TO_SEND = 50;
export const MAX_CONSECUTIVE_FAILURES = 10;
/** An idle, connected sender regains one point per this many milliseconds. */
export const RECOVERY_MS_PER_POINT = 600_000;

const POINTS_PER_SUCCESS = 1;
const POINTS_PER_FAILURE = 5;

export interface Health {
  healthScore: number;
  /** From when idle time earns health back. */
  healthSince: Date;
  consecutiveFailures: number;
  pausedAt: Date | null;
  pauseReason: string | null;
}

/** `neutral`: caused by the recipient or the content, so it says nothing about the sender. */
export type SendResult = 'success' | 'failure' | 'neutral';

/** The same object when nothing changes, as when a healthy sender succeeds: then nothing has to be written. */
export function afterResult<Known extends Health>(health: Known, result: SendResult, now: Date): Known {
  switch (result) {
    case 'neutral':
      return health;
    case 'success':
      if (health.healthScore >= MAX_HEALTH && health.consecutiveFailures === 0) return health;
      return {
        ...health,
        healthScore: clampHealth(health.healthScore + POINTS_PER_SUCCESS),
        healthSince: now,
        consecutiveFailures: 0,
      };
    case 'failure':
      return pausedAfterTooManyFailures(
        {
          ...health,
          healthScore: clampHealth(health.healthScore - POINTS_PER_FAILURE),
          healthSince: now,
          consecutiveFailures: health.consecutiveFailures + 1,
        },
        now,
      );
  }
}

function pausedAfterTooManyFailures<Known extends Health>(health: Known, now: Date): Known {
  if (health.pausedAt || health.consecutiveFailures < MAX_CONSECUTIVE_FAILURES) return health;
  return { ...health, pausedAt: now, pauseReason: 'consecutive_failures' };
}

/** The health an idle sender has earned by `now`. What is left of a started point keeps counting from `healthSince`. */
export function afterIdleTime(
  health: Pick<Health, 'healthScore' | 'healthSince'>,
  now: Date,
): Pick<Health, 'healthScore' | 'healthSince'> {
  const idleMs = now.getTime() - health.healthSince.getTime();
  // A clock that was set back earns nothing, and does not have to catch up before idle time counts again.
  if (idleMs < 0) return { healthScore: health.healthScore, healthSince: now };
  const points = Math.floor(idleMs / RECOVERY_MS_PER_POINT);
  return {
    healthScore: clampHealth(health.healthScore + points),
    healthSince: new Date(health.healthSince.getTime() + points * RECOVERY_MS_PER_POINT),
  };
}

function clampHealth(score: number): number {
  return Math.min(MAX_HEALTH, Math.max(0, score));
}
