import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { AuthMode } from '../modules/auth/index.js';
import { cutOffStalled, inTurn, limitConnections } from './connections.js';
import { isLoopback } from './middleware/origins.js';

const IDLE_SWEEP_MS = 100;
/** For a large upload over a slow line; Node's five minutes cut off 100 MB at 2.6 Mbit/s. */
const REQUEST_TIMEOUT_MS = 30 * 60_000;
/** Headers fit into a few packets. */
const HEADERS_TIMEOUT_MS = 20_000;
/** How often the two time-outs above are looked after. */
const TIMEOUT_CHECK_MS = 5_000;
/** Longer than the usual 60 s of reverse proxies, which otherwise reuse a connection just as it closes. */
const KEEP_ALIVE_MS = 65_000;

const TIMEOUTS = {
  requestTimeout: REQUEST_TIMEOUT_MS,
  headersTimeout: HEADERS_TIMEOUT_MS,
  connectionsCheckingInterval: TIMEOUT_CHECK_MS,
  keepAliveTimeout: KEEP_ALIVE_MS,
};

const DEFAULT_STALLED_MS = 30_000;
const DEFAULT_CONNECTIONS = 5_000;

export interface ServerSettings {
  host: string;
  port: number;
  authMode: AuthMode;
  /** How long a caller may take nothing of an answer, or send nothing of a body; half a minute unless given. */
  stalledMs?: number;
  /** Connections at a time. */
  maxConnections?: number;
  /** True where proxies stand in front, so that many callers share an address. */
  behindProxy?: boolean;
}

export interface RunningServer {
  /** `http://127.0.0.1:3000`. */
  url: string;
  port: number;
  /** Accepts nothing new, lets what is under way finish, and after `timeoutMs` cuts off the rest. */
  drain(timeoutMs: number): Promise<void>;
}

/** Listens, or says which setting stands in the way. Without authentication it listens on loopback only. */
export async function startServer(app: RequestListener, settings: ServerSettings): Promise<RunningServer> {
  if (settings.authMode === 'none' && !isLoopback(settings.host)) {
    throw new Error(
      `AUTH_MODE=none lets every caller in, so HOST must be 127.0.0.1, ::1 or localhost, not ${settings.host}. ` +
        'Set HOST=127.0.0.1 or AUTH_MODE=password.',
    );
  }
  const bounded = cutOffStalled(app, settings.stalledMs ?? DEFAULT_STALLED_MS);
  const server = createServer(TIMEOUTS, inTurn(bounded));
  limitConnections(server, settings.maxConnections ?? DEFAULT_CONNECTIONS, settings.behindProxy !== true);
  await listen(server, settings);
  const { port } = server.address() as AddressInfo;
  const host = settings.host.includes(':') ? `[${settings.host}]` : settings.host;
  return { url: `http://${host}:${port}`, port, drain: (timeoutMs) => drain(server, timeoutMs) };
}

function listen(server: Server, { host, port }: { host: string; port: number }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => reject(explained(error, host, port)));
    server.listen(port, host, resolve);
  });
}

function explained(error: Error & { code?: string }, host: string, port: number): Error {
  const hint = {
    EADDRINUSE: `PORT ${port} on ${host} is already in use. Stop the other program or set PORT to a free one.`,
    EACCES: `PORT ${port} needs privileges this process does not have. Set PORT to 1024 or higher.`,
    EADDRNOTAVAIL: `HOST ${host} is not an address of this machine. Set HOST to one that is.`,
    ENOTFOUND: `HOST ${host} cannot be resolved. Set HOST to an address of this machine.`,
  }[error.code ?? ''];
  return hint === undefined ? error : new Error(hint, { cause: error });
}

function drain(server: Server, timeoutMs: number): Promise<void> {
  return new Promise((resolve) => {
    // A connection whose answer is finished becomes idle, and would otherwise stay until its keep-alive ends.
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    const cutOff = setTimeout(() => server.closeAllConnections(), timeoutMs);
    server.close(() => {
      clearInterval(sweep);
      clearTimeout(cutOff);
      resolve();
    });
    server.closeIdleConnections();
  });
}
