import { createDataSource, Database } from '../../src/db/index.js';
import { systemClock } from '../../src/lib/clock.js';
import { createLogger } from '../../src/lib/logger.js';
import { systemRandom } from '../../src/lib/random.js';
import { SenderManager } from '../../src/modules/senders/index.js';
import { entities, migrations } from '../../src/schema.js';
import { createSimulatorNetwork, createSimulatorTransport } from '../../src/transports/simulator/index.js';

const CONNECTIONS = 10;

/** The manager as a worker has it, on a database that is brought to the current schema. */
export async function openSenderManager(
  url: string,
  workerId: string,
): Promise<{ manager: SenderManager; close: () => Promise<void> }> {
  const dataSource = createDataSource({ url, entities, migrations, connections: CONNECTIONS });
  await dataSource.initialize();
  await dataSource.runMigrations({ transaction: 'each' });
  const logger = createLogger('error');
  const network = createSimulatorNetwork({ seed: 1 });
  return {
    manager: new SenderManager({
      database: new Database(dataSource),
      clock: systemClock,
      random: systemRandom,
      logger,
      transports: { simulator: createSimulatorTransport({ network, logger }) },
      workerId,
    }),
    close: () => dataSource.destroy(),
  };
}
