import { AuthConfig } from './auth.config.js';
import { CampaignsConfig } from './campaigns.config.js';
import { DatabaseConfig } from './database.config.js';
import { LimitsConfig } from './limits.config.js';
import { LogConfig } from './log.config.js';
import { MediaConfig } from './media.config.js';
import { QueueConfig } from './queue.config.js';
import { ServerConfig } from './server.config.js';
import { SimulatorConfig } from './simulator.config.js';

/** Everything the environment decides. Wired into narrow values by the composition root; modules never see it. */
export class Config {
  readonly server = new ServerConfig();
  readonly database = new DatabaseConfig();
  readonly queue = new QueueConfig();
  readonly auth = new AuthConfig();
  readonly campaigns = new CampaignsConfig();
  readonly media = new MediaConfig();
  readonly simulator = new SimulatorConfig();
  readonly limits = new LimitsConfig();
  readonly log = new LogConfig();
}

/** The groups in the order of the documentation. */
export const configGroups = [
  { title: 'Server', configClass: ServerConfig },
  { title: 'Database', configClass: DatabaseConfig },
  { title: 'Queue', configClass: QueueConfig },
  { title: 'Access', configClass: AuthConfig },
  { title: 'Campaigns', configClass: CampaignsConfig },
  { title: 'Media', configClass: MediaConfig },
  { title: 'Simulator', configClass: SimulatorConfig },
  { title: 'Limits', configClass: LimitsConfig },
  { title: 'Log', configClass: LogConfig },
] as const;
