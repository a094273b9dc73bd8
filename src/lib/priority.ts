import { constants, setPriority } from 'node:os';
import { errorMessage } from './errors.js';
import type { Logger } from './logger.js';

/** Nice value 10; that of other processes is 0. A tenth of what others get, as long as they want all of a processor. */
const POLITE = constants.priority.PRIORITY_BELOW_NORMAL;

/**
 * Lets other processes of this machine go first: people wait for the API, a worker's next hundredth of a second is not
 * urgent. Costs nothing where the processor has time.
 */
export function letOthersGoFirst(logger: Logger): void {
  try {
    setPriority(POLITE);
  } catch (error) {
    logger.debug({ error: errorMessage(error) }, 'this system gives a process no other priority');
  }
}
