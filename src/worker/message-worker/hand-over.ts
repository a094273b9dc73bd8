import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { retry } from '../../lib/retry.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';
import { withFallback } from '../../lib/time-out.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import type { OutboundMessage, SendOutcome, TransportSession } from '../../transports/transport.js';

/**
 * Gives a message to the network and always returns an outcome. When a session does not answer in time, or throws
 * although the port forbids it, the outcome is `unknown`: the message may have gone out.
 */
export async function handOver(
  session: TransportSession,
  message: OutboundMessage,
  options: { timeoutMs: number; logger: Logger },
): Promise<SendOutcome> {
  try {
    const late = (): SendOutcome => ({ kind: 'unknown', code: 'timeout' });
    return await withFallback(options.timeoutMs, session.send(message), late);
  } catch (error) {
    options.logger.error({ error: errorMessage(error) }, 'a transport threw while sending');
    return { kind: 'unknown', code: 'connection_lost' };
  }
}

/** Attempts of a write that the database refuses: a conflict may pass, an error of the statement does not. */
const ATTEMPTS_OF_THE_REFUSED = 7;
const ATTEMPTS_OF_THE_STOPPING = 5;
const RECORD_BACKOFF = { baseMs: 250, maxMs: 2_000 };

/**
 * Retries until the outcome is recorded: the network cannot be asked for it again, so without the record the message
 * would be sent twice or end as `unknown`. When another worker has taken the claim meanwhile, the write is refused. A
 * process that stops does not wait for a database that is gone: the claim is then resolved as after a crash.
 */
export function retryUntilRecorded<Result>(
  write: () => Promise<Result>,
  { signal, log }: { signal: AbortSignal; log: ThrottledLogger },
): Promise<Result> {
  return retry(write, {
    backoff: RECORD_BACKOFF,
    mayRetry(error, attempt) {
      if (unavailableResource(error) === undefined && attempt >= ATTEMPTS_OF_THE_REFUSED) return false;
      return !signal.aborted || attempt < ATTEMPTS_OF_THE_STOPPING;
    },
    onRetry(error) {
      log.report('warn', 'record', 'outcomes cannot be recorded yet; trying until they are', {
        error: errorMessage(error),
      });
    },
  });
}
