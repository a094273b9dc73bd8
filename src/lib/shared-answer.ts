import type { Clock } from './clock.js';

/**
 * One answer for all who ask within `ms` of each other, so that asking more often costs nothing more. Who asks while the
 * answer is on its way waits for the same one.
 */
export function sharedAnswer<Answer>(
  { ms, clock }: { ms: number; clock: Clock },
  ask: () => Promise<Answer>,
): () => Promise<Answer> {
  let last: { askedAt: number; answer: Promise<Answer> } | undefined;
  return () => {
    const now = clock.now().getTime();
    if (!last || now - last.askedAt >= ms) last = { askedAt: now, answer: ask() };
    return last.answer;
  };
}
