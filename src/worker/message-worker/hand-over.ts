import { errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
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
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<SendOutcome>((resolve) => {
    timer = setTimeout(() => resolve({ kind: 'unknown', code: 'timeout' }), options.timeoutMs);
  });
  try {
    return await Promise.race([session.send(message), timeout]);
  } catch (error) {
    options.logger.error({ error: errorMessage(error) }, 'a transport threw while sending');
    return { kind: 'unknown', code: 'connection_lost' };
  } finally {
    clearTimeout(timer);
  }
}

const ATTEMPTS = 7;
const FIRST_PAUSE_MS = 250;

/**
 * Tries to write down what cannot be asked again. A database that restarts is back within these 16 seconds; were the
 * outcome dropped, the message would have to be sent again or be called unknown.
 */
export async function insist<Result>(write: () => Promise<Result>, logger: Logger): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await write();
    } catch (error) {
      if (attempt === ATTEMPTS) throw error;
      logger.warn({ attempt, error: errorMessage(error) }, 'could not record an outcome yet');
      await new Promise((resolve) => setTimeout(resolve, FIRST_PAUSE_MS * 2 ** (attempt - 1)));
    }
  }
}
