import { waitFor } from '../support/wait-for.js';
import type { Stage } from './stage.js';

/** Every errand heard 503 at least twice, except what needs no database. */
export async function refusedEverywhere({ visitor }: Stage): Promise<void> {
  await waitFor(() => visitor.leastAnswered(({ what, status }) => status === 503 || what === 'live') > 1, {
    timeoutMs: 30_000,
    what: 'everybody to be refused',
  });
}

export async function answeredEverywhere({ visitor }: Stage): Promise<void> {
  visitor.turnPage();
  await waitFor(() => visitor.leastAnswered(({ status }) => status >= 200 && status < 300) > 1, {
    timeoutMs: 30_000,
    what: 'everybody to be served again',
  });
}
