import * as http from 'node:http';
import * as https from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';

export interface HttpRequest {
  method?: string;
  headers: Record<string, string>;
  /** Sent as it is read; its length belongs into the headers. */
  body?: Readable;
  /** Whose connections are used again; a connection of its own otherwise. */
  agent?: http.Agent;
  lookup?: LookupFunction;
  signal?: AbortSignal;
  /** Milliseconds in which nothing may come before the request fails. */
  idleMs?: number;
}

/**
 * Sends a request and returns the answer as soon as its headers are there. Rejects when there is none. By Node's own
 * client, because undici up to 7.30 ends the whole process when a server closes the connection behind an answer that is
 * not read at that moment (nodejs/undici issue 5360).
 */
export function sendRequest(url: URL, request: HttpRequest): Promise<http.IncomingMessage> {
  const { method = 'GET', headers, body, agent, lookup, signal, idleMs } = request;
  const send = url.protocol === 'https:' ? https.request : http.request;
  return new Promise((resolve, reject) => {
    const asked = send(
      url,
      { method, headers, agent: agent ?? false, lookup, signal, timeout: idleMs },
      resolve,
    );
    // Also behind the answer, where it is the answer's to tell.
    asked.on('error', reject);
    asked.on('timeout', () => asked.destroy(new Error('the server does not answer')));
    // Asked for by nobody; what would follow is no HTTP.
    asked.on('upgrade', (_answer, socket) => {
      socket.destroy();
      reject(new Error('the server changes to another protocol'));
    });
    // A connection that ends without an answer is not always told as an error.
    asked.on('close', () => reject(new Error('the server closed the connection without an answer')));
    if (body) pipeline(body, asked).catch(reject);
    else asked.end();
  });
}

/** Connections that are kept for the next request to this address. */
export function keptConnections(url: string): http.Agent {
  return new URL(url).protocol === 'https:'
    ? new https.Agent({ keepAlive: true })
    : new http.Agent({ keepAlive: true });
}
