import { isHost, isOrigin } from './checks.js';
import { List, Text, WholeNumber } from './decorators.js';

export const ROLES = ['api', 'worker'] as const;
export type Role = (typeof ROLES)[number];

export class ServerConfig {
  @WholeNumber({
    env: 'PORT',
    default: 3000,
    min: 0,
    max: 65_535,
    help: 'Port of the HTTP server; 0 takes a free one.',
  })
  port!: number;

  @Text({
    env: 'HOST',
    default: '127.0.0.1',
    allowed: 'an IP address or a host name',
    accepts: isHost,
    help: 'Address the HTTP server listens on. 0.0.0.0 listens on all of them.',
  })
  host!: string;

  @List({
    env: 'ROLES',
    default: ['api', 'worker'],
    allowed: 'api, worker or api,worker',
    atLeast: 1,
    accepts: (role) => ROLES.some((known) => known === role),
    help: 'What this process does: api serves HTTP, worker sends messages and hosts sessions. Separate processes need DATABASE_URL, and the same APP_SECRET and JWT_SECRET.',
  })
  roles!: Role[];

  @Text({
    env: 'DATA_DIR',
    default: '.data',
    allowed: 'a folder',
    accepts: (path) => path.trim() !== '' && !path.includes('\0'),
    help: 'Folder of everything Starling keeps on disk: the embedded database, uploads, error files.',
  })
  dataDir!: string;

  @WholeNumber({
    env: 'SHUTDOWN_TIMEOUT',
    default: 15_000,
    min: 0,
    max: 600_000,
    unit: 'ms',
    help: 'Time that running requests and jobs get to finish after SIGTERM.',
  })
  shutdownTimeoutMs!: number;

  @WholeNumber({
    env: 'MAX_CONNECTIONS',
    default: 5_000,
    min: 10,
    max: 100_000,
    unit: 'connections',
    help: 'Connections to the HTTP server at a time. Without a proxy in front, one network address gets a quarter of them.',
  })
  maxConnections!: number;

  @WholeNumber({
    env: 'CLIENT_TIMEOUT',
    default: 30_000,
    min: 1_000,
    max: 600_000,
    unit: 'ms',
    help: 'How long a caller may take nothing of an answer, or send nothing of a request, before the connection is closed.',
  })
  clientTimeoutMs!: number;

  @WholeNumber({
    env: 'TRUST_PROXY',
    default: 0,
    min: 0,
    max: 10,
    unit: 'proxies',
    help: "Reverse proxies in front of the server; that many entries of X-Forwarded-For are believed when a client's address is needed.",
  })
  trustProxy!: number;

  @List({
    env: 'CORS_ORIGINS',
    default: [],
    allowed: 'origins such as https://app.example.com, separated by commas, or *',
    accepts: isOrigin,
    whenUnset: 'none',
    help: "Web sites whose pages may call the API from a browser. The server's own pages always may.",
  })
  corsOrigins!: string[];
}
