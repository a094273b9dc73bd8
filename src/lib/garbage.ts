import { setFlagsFromString } from 'node:v8';

/** Percent of what is alive. */
const GROWTH = 50;
/** In MB. */
const SEMI_SPACE_OF_THREADS = 4;

/**
 * Lets the heap grow by half of what is alive before it is collected as a whole. V8 would let it grow to four times
 * that where the machine has much memory: work in batches outlives the small collections, and a long import or campaign
 * would hold hundreds of megabytes of garbage. More collections cost next to nothing here, as little is alive. Takes
 * effect at the next collection, for the whole process.
 */
export function collectGarbageEarly(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}

/**
 * Threads that are started from now on get a small young generation: what a parser makes lives for a moment, and
 * `--max-semi-space-size`, which is set for the many messages under way in the process, would otherwise give each of them
 * 50 MB more. A limit of the thread itself does not count where that option is set.
 */
export function keepThreadsSmall(): void {
  setFlagsFromString(`--max-semi-space-size=${SEMI_SPACE_OF_THREADS}`);
}
