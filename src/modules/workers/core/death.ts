/** So many deaths without committed progress in between end a job. */
export const MOST_DEATHS = 3;

/**
 * What the death of a process or thread says of one job it was working on.
 * `over`: the work has ended. `progressed`: it committed something, so its earlier deaths do not matter any more.
 * `counted`: only this job can have been the cause. `unclear`: another one that ran beside it may have been.
 */
export type DeathVerdict = 'over' | 'progressed' | 'counted' | 'unclear';

/**
 * @param before what the work had committed when it began
 * @param now what it has committed; undefined when it has ended or is gone
 * @param together how many watched jobs the process, or the thread, was working on
 */
export function judgeDeath(before: string, now: string | undefined, together: number): DeathVerdict {
  if (now === undefined) return 'over';
  if (now !== before) return 'progressed';
  return together === 1 ? 'counted' : 'unclear';
}
