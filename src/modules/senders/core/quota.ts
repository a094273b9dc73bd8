/** How many messages a sender may still send, and when a used-up allowance comes back. */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 3_600_000;
export const DAY_MS = 86_400_000;

/** A window starts at its first message and lasts its full length from there. */
export interface QuotaWindow {
  lengthMs: number;
  quota: number;
  startedAt: Date | null;
  used: number;
}

export interface QuotaWindows {
  minute: QuotaWindow;
  hour: QuotaWindow;
  day: QuotaWindow;
}

/**
 * The window as it stands at `now`: emptied when it is over. A clock that was set back moves the start to `now` and
 * keeps what was used, so a window may last longer than its length but never shorter, and the wait stays bounded.
 */
export function windowAt(window: QuotaWindow, now: Date): QuotaWindow {
  if (!window.startedAt || window.used <= 0)
    return window.startedAt || window.used !== 0 ? { ...window, startedAt: null, used: 0 } : window;
  if (window.startedAt > now) return { ...window, startedAt: now };
  const over = now.getTime() >= window.startedAt.getTime() + window.lengthMs;
  return over ? { ...window, startedAt: null, used: 0 } : window;
}

export function windowsAt(windows: QuotaWindows, now: Date): QuotaWindows {
  return mapWindows(windows, (window) => windowAt(window, now));
}

/** Messages left at `now` in the tightest of these windows. */
export function messagesLeft(windows: readonly QuotaWindow[], now: Date): number {
  return Math.min(...windows.map((window) => leftIn(window, now)));
}

export function leftIn(window: QuotaWindow, now: Date): number {
  const current = windowAt(window, now);
  return Math.max(0, current.quota - current.used);
}

/** Counts `messages` in every window. The caller has made sure that they fit. */
export function takeFromWindows(windows: QuotaWindows, messages: number, now: Date): QuotaWindows {
  return mapWindows(windowsAt(windows, now), (window) => takeFromWindow(window, messages, now));
}

/** Counts `messages` in a window as it stands now; one that has not started starts at `start`. */
export function takeFromWindow(window: QuotaWindow, messages: number, start: Date): QuotaWindow {
  return { ...window, startedAt: window.startedAt ?? start, used: window.used + messages };
}

/** Gives `messages` back to the windows they were counted in: those that had started when they were reserved. */
export function giveBackToWindows(windows: QuotaWindows, messages: number, reservedAt: Date): QuotaWindows {
  return mapWindows(windows, (window) => giveBackToWindow(window, messages, reservedAt));
}

export function giveBackToWindow(window: QuotaWindow, messages: number, reservedAt: Date): QuotaWindow {
  return window.startedAt && window.startedAt <= reservedAt
    ? { ...window, used: Math.max(0, window.used - messages) }
    : window;
}

/** When `messages` fit again: the latest end among the windows that lack room now; undefined when they fit at once. */
export function quotaWaitEnd(windows: readonly QuotaWindow[], messages: number, now: Date): Date | undefined {
  let end: number | undefined;
  for (const given of windows) {
    const window = windowAt(given, now);
    if (!window.startedAt || window.quota - window.used >= messages) continue;
    end = Math.max(end ?? 0, window.startedAt.getTime() + window.lengthMs);
  }
  return end === undefined ? undefined : new Date(end);
}

/** The most messages that can ever be reserved at once: the smallest of the quotas. */
export function largestReservation(windows: readonly QuotaWindow[]): number {
  return Math.min(...windows.map(({ quota }) => quota));
}

function mapWindows(windows: QuotaWindows, change: (window: QuotaWindow) => QuotaWindow): QuotaWindows {
  return { minute: change(windows.minute), hour: change(windows.hour), day: change(windows.day) };
}
