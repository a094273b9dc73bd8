import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';
import { DomainError, errorMessage } from '../../../lib/errors.js';
import type { Logger } from '../../../lib/logger.js';
import type { SimulatorNetwork } from '../network.js';
import { LinkServer, MAX_FRAME_BYTES } from '../remote/link-server.js';
import { endpoints } from './endpoints.js';
import { readJson, sendError, sendJson } from './http.js';

export interface SimulatorServer {
  /** Listens on loopback only; port 0 takes a free one. Returns the address for `SIMULATOR_URL`. */
  listen(port: number): Promise<string>;
  /** Ends all links and connections. */
  close(): Promise<void>;
}

/** The network's HTTP endpoints and the WebSocket for transports. It has no login: a test tool for this machine. */
export function createSimulatorServer(options: {
  network: SimulatorNetwork;
  logger: Logger;
}): SimulatorServer {
  const { network, logger } = options;
  const server = createServer((request, response) => void answer(network, logger, request, response));
  const links = new WebSocketServer({ server, perMessageDeflate: false, maxPayload: MAX_FRAME_BYTES });
  links.on('connection', (socket) => {
    new LinkServer(socket, network, logger).start();
  });
  // The HTTP server reports the same errors to the caller of `listen`.
  links.on('error', (error) => logger.debug(errorMessage(error)));
  return {
    listen: (port) => listen(server, port),
    async close() {
      for (const socket of links.clients) socket.terminate();
      links.close();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
    },
  };
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      server.off('error', reject);
      const { address, port: taken } = server.address() as AddressInfo;
      resolve(`http://${address}:${taken}`);
    });
  });
}

async function answer(
  network: SimulatorNetwork,
  logger: Logger,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const url = new URL(request.url ?? '/', 'http://simulator');
    const endpoint = endpoints[`${request.method} ${url.pathname}`];
    if (!endpoint) throw unknownEndpoint(request.method, url.pathname);
    const body = request.method === 'POST' ? await readJson(request) : {};
    sendJson(response, 200, endpoint(network, { query: url.searchParams, body }));
  } catch (error) {
    if (error instanceof DomainError) sendError(response, error);
    else {
      logger.error({ err: error }, 'a request failed');
      sendJson(response, 500, { success: false, message: 'The simulator failed; see its log.' });
    }
  }
}

function unknownEndpoint(method: string | undefined, path: string): DomainError {
  const known = Object.keys(endpoints).join(', ');
  return new DomainError(
    'not_found',
    'no_such_endpoint',
    `There is no ${method} ${path} here. There are: ${known}.`,
  );
}
