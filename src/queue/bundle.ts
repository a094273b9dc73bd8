import type { EnqueueOptions } from './job-queue.js';

/**
 * The queue moves a bundle at the price of one job. Larger ones save little more, and keep what is done in them from
 * being forgotten until the last one is done.
 */
export const BUNDLE_SIZE = 25;

/** Where bundles wait, whatever queue their jobs belong to. */
export const BUNDLE_QUEUE = 'bundles';

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

/** Jobs of one bundle start together, so some of them start later than they were asked to, by less than this. */
const TICK_MS = 100;

/**
 * Splits jobs into bundles of those that are equally urgent and start within the same tenth of a second, and `singles`:
 * those that found no company.
 */
export function bundled<Item extends Job>(
  jobs: readonly Item[],
  size = BUNDLE_SIZE,
): { bundles: Item[][]; singles: Item[] } {
  const open = new Map<string, Item[]>();
  const bundles: Item[][] = [];
  const singles: Item[] = [];
  for (const job of jobs) {
    const { delayMs = 0, priority = 0 } = job.options ?? {};
    const groupKey = `${priority} ${Math.ceil(delayMs / TICK_MS)}`;
    const bundle = open.get(groupKey) ?? [];
    if (bundle.push(job) === 1) open.set(groupKey, bundle);
    if (bundle.length < size) continue;
    bundles.push(bundle);
    open.delete(groupKey);
  }
  for (const rest of open.values()) {
    if (rest.length > 1) bundles.push(rest);
    else singles.push(...rest);
  }
  return { bundles, singles };
}

/** When and how urgently a bundle starts: no job in it starts early. */
export function scheduleOf(bundle: readonly Job[]): Pick<EnqueueOptions, 'delayMs' | 'priority'> {
  const delayMs = Math.max(...bundle.map(({ options }) => options?.delayMs ?? 0));
  return { delayMs, priority: bundle[0]?.options?.priority };
}
