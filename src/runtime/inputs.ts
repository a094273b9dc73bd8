import type { Config } from '../config/index.js';
import type { Logger } from '../lib/logger.js';
import type { ThreadPool } from '../threads/pool.js';
import type { TransportRegistry } from '../transports/transport.js';
import type { Infrastructure } from './infrastructure.js';

export interface ServiceInputs {
  config: Config;
  logger: Logger;
  infrastructure: Infrastructure;
  transports: TransportRegistry;
  threads: ThreadPool;
}
