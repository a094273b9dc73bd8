import type pg from 'pg';

/** A cancellation that arrives between two statements of a transaction ends neither: it is asked for again. */
const AGAIN_MS = 200;

/**
 * From the moment the signal is aborted until the returned function is called, asks PostgreSQL to cancel what the
 * connection works on. The function says whether it was asked at all.
 */
export function cancelWhenAborted(
  client: pg.ClientBase,
  signal: AbortSignal,
  cancel: (processId: number) => Promise<unknown>,
): () => boolean {
  const { processID } = client as unknown as { processID: number };
  let timer: NodeJS.Timeout | undefined;
  const ask = (): void => {
    // When it cannot be asked now, the next turn tries again; at last the statement's own time-out ends it.
    cancel(processID).catch(() => undefined);
  };
  const begin = (): void => {
    ask();
    timer = setInterval(ask, AGAIN_MS);
  };
  signal.addEventListener('abort', begin, { once: true });
  return () => {
    signal.removeEventListener('abort', begin);
    clearInterval(timer);
    return timer !== undefined;
  };
}
