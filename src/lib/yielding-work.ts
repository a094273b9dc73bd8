/**
 * So long computations go on before everything else of the process runs. The answer to a short request takes several turns
 * of the event loop, each of which waits for so long: it is a small part of what such an answer takes anyway.
 */
export const STRETCH_MS = 3;

/** Time for one long computation, shared with everything else the process does. */
export interface YieldingWork {
  /** To be awaited between steps: lets others run where they have waited long enough. */
  yieldIfDue(): Promise<void>;
  /** Whether the computation has taken as long as it may. */
  isOver(): boolean;
}

/** `mostMs`: how long the computation may take altogether, waiting included. */
export function yieldingWork(mostMs: number): YieldingWork {
  const startedAt = performance.now();
  let restedAt = startedAt;
  return {
    async yieldIfDue() {
      if (performance.now() - restedAt < STRETCH_MS) return;
      await nextTurn();
      restedAt = performance.now();
    },
    isOver: () => performance.now() - startedAt >= mostMs,
  };
}

/** What is made of the items, one after the other; others run in between. */
export async function inTurns<Item, Result>(
  items: Iterable<Item>,
  make: (item: Item) => Result,
): Promise<Result[]> {
  const work = yieldingWork(Infinity);
  const results: Result[] = [];
  for (const item of items) {
    results.push(make(item));
    await work.yieldIfDue();
  }
  return results;
}

const waiting: (() => void)[] = [];

/** One computation goes on in each turn of the event loop, however many there are: together they stretch no turn. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    waiting.push(resolve);
    if (waiting.length === 1) setImmediate(goOn);
  });
}

function goOn(): void {
  waiting.shift()?.();
  if (waiting.length > 0) setImmediate(goOn);
}
