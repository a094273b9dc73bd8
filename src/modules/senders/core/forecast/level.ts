import type { QuotaWindow } from '../quota.js';
import type { Stretch } from './stretch.js';

/** A quota window with times in milliseconds since 1970, for steps that are many. */
export interface Level {
  lengthMs: number;
  quota: number;
  startedAt: number | null;
  used: number;
}

/** At this pace a whole window of that length never comes near its quota. */
export function paceAlone({ lengthMs, quota }: Level, stepMs: number, messages: number): boolean {
  return stepMs > 0 && Math.ceil(lengthMs / stepMs) * messages <= quota;
}

/** Neither a whole window nor what is left of the one under way can fill up: it need not be counted. */
export function neverFills(level: Level, at: number, stepMs: number, messages: number): boolean {
  if (!paceAlone(level, stepMs, messages)) return false;
  const leftMs = (level.startedAt ?? at) + level.lengthMs - at;
  return level.used + Math.ceil(leftMs / stepMs) * messages <= level.quota;
}

export function toLevel({ lengthMs, quota, startedAt, used }: QuotaWindow): Level {
  return { lengthMs, quota, startedAt: startedAt?.getTime() ?? null, used };
}

/** As `windowAt`, for a clock that only goes forward from here. */
export function levelAt(level: Level, at: number): Level {
  if (level.startedAt === null || level.used <= 0) return empty(level);
  if (level.startedAt > at) return { ...level, startedAt: at };
  return at >= level.startedAt + level.lengthMs ? empty(level) : level;
}

export function empty(level: Level): Level {
  return { ...level, startedAt: null, used: 0 };
}

/** Counts a stretch. One that lasts longer than the window leaves its last messages in the last window it began. */
export function take(level: Level, { from, stepMs, sends, messages }: Stretch): Level {
  const perWindow = stepMs > 0 ? Math.ceil(level.lengthMs / stepMs) : Infinity;
  const over = level.startedAt === null ? Math.floor((sends - 1) / perWindow) : 0;
  return {
    ...level,
    startedAt: level.startedAt ?? (over > 0 ? from + over * perWindow * stepMs : from),
    used: level.used + (sends - over * (over > 0 ? perWindow : 0)) * messages,
  };
}
