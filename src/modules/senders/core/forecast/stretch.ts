/** Sends at `from`, `from + stepMs`, ... of `messages` each. */
export interface Stretch {
  from: number;
  stepMs: number;
  sends: number;
  messages: number;
}

export function messagesOf({ sends, messages }: Stretch): number {
  return sends * messages;
}

export function sentBy({ from, stepMs, sends, messages }: Stretch, at: number): number {
  if (at < from) return 0;
  return messages * (stepMs === 0 ? sends : Math.min(sends, Math.floor((at - from) / stepMs) + 1));
}
