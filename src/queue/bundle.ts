import type { EnqueueOptions } from './catalog.js';

/**
 * The queue moves a bundle at the price of one job. Larger ones save little more, and keep what is done in them from
 * being forgotten until the last one is done.
 */
export const BUNDLE_SIZE = 25;

/** Internal job: several jobs of one name, stored and moved as one. */
export const BUNDLE = 'queue.bundle';

export interface Bundle {
  name: string;
  /** `id` is the job's own, should it have to come back by itself. */
  jobs: { id?: string; payload: unknown }[];
}

interface Job {
  payload: unknown;
  options?: EnqueueOptions;
}

/**
 * Splits jobs into bundles of those that start at once and are equally urgent, and `singles`: the others, and those
 * that found no company.
 */
export function bundled<Item extends Job>(
  jobs: readonly Item[],
  size = BUNDLE_SIZE,
): { bundles: Item[][]; singles: Item[] } {
  const open = new Map<number | undefined, Item[]>();
  const bundles: Item[][] = [];
  const singles: Item[] = [];
  for (const job of jobs) {
    const { delayMs, priority } = job.options ?? {};
    const bundle = open.get(priority) ?? [];
    if (delayMs) singles.push(job);
    else if (bundle.push(job) === 1) open.set(priority, bundle);
    if (bundle.length < size) continue;
    bundles.push(bundle);
    open.delete(priority);
  }
  for (const rest of open.values()) {
    if (rest.length > 1) bundles.push(rest);
    else singles.push(...rest);
  }
  return { bundles, singles };
}
