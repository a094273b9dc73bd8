import { isUrlOf } from './checks.js';
import { Text } from './decorators.js';

export class SimulatorConfig {
  @Text({
    env: 'SIMULATOR_URL',
    allowed: 'http://host:port',
    accepts: isUrlOf(['http', 'https']),
    whenUnset: 'simulated senders use a network inside the worker process',
    help: 'The network of pretend phones that `npm run simulator` starts.',
  })
  url?: string;
}
