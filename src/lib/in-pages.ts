/** What one page did: where the next one begins, undefined behind the last, and how many rows it removed. */
export interface RemovedPage {
  last: string | undefined;
  removed: number;
}

/**
 * Removes page after page, from the smallest id on, until there is none left, `most` rows are removed or `signal` says so;
 * the rest is for another time. Returns how many rows were removed.
 */
export async function removeInPages(
  page: (after: string) => Promise<RemovedPage>,
  { most, signal }: { most: number; signal: AbortSignal },
): Promise<number> {
  let removed = 0;
  let after: string | undefined = FIRST;
  while (after !== undefined && removed < most && !signal.aborted) {
    const done: RemovedPage = await page(after);
    removed += done.removed;
    after = done.last;
  }
  return removed;
}

const FIRST = '00000000-0000-0000-0000-000000000000';
