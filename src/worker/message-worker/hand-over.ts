import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { retry } from '../../lib/retry.js';
import type { ThrottledLogger } from '../../lib/throttled-logger.js';
import { withFallback } from '../../lib/time-out.js';
import { unavailableResource } from '../../lib/transient-errors.js';
import type { OutboundMessage, SendOutcome, TransportSession } from '../../transports/transport.js';

/**
 * Gives a message to the network and always answers. A session that says nothing in time, or throws although the port
 * promises otherwise, leaves the fate of the message unknown: it may have gone out.
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

/** Of a write that the database itself refuses: a conflict may pass, an error of ours does not. */
const ATTEMPTS_OF_THE_REFUSED = 7;
const ATTEMPTS_OF_THE_STOPPING = 5;
const RECORD_BACKOFF = { baseMs: 250, maxMs: 2_000 };

/**
 * Tries to write down what cannot be asked again, until it is written: were the outcome dropped, the message would have
 * to be sent again or be called unknown. A claim that somebody else has taken meanwhile turns the late writer away. Only
 * a process that stops does not wait for a database that is gone: then the claim is resolved as after a crash.
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
