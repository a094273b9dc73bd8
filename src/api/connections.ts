import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressBlock } from '../modules/auth/index.js';
import { OwnerCaps } from '../lib/owner-caps.js';

/**
 * From the end of an answer's writing until the caller has taken all of it. Downloads are written as they are taken, so
 * this is about what is written in one go: 18 MB at 60 kB/s.
 */
const TAKE_MS = 5 * 60_000;
/** For a request with its answer: the largest upload or download over a slow line. */
const MOST_MS = 60 * 60_000;

/** One address may have this part of the connections: the others are left for everybody else. */
const PART_OF_AN_ADDRESS = 4;

/** Requests one connection may send without waiting for their answers. Hardly any client sends a second one. */
const MAX_PIPELINED = 10;

/** Each step of a request listens for the end of its answer, and a download several times: more than Node's ten. */
const MOST_LISTENERS = 20;

/**
 * Begins a request once the one before on its connection is answered, and never when the connection has closed meanwhile:
 * an answer that waits for its turn is not told of that, so the files and timers of its work would stay for good. A
 * connection that sends more than ten at once is closed: a few thousand fit into what is read in one go.
 */
export function inTurn(app: RequestListener): RequestListener {
  const waiting = new WeakMap<Socket, (() => void)[]>();
  const goOn = (socket: Socket): void => {
    const next = socket.destroyed ? undefined : waiting.get(socket)?.shift();
    if (next) next();
    else waiting.delete(socket);
  };
  return (request, response) => {
    const { socket } = request;
    response.setMaxListeners(MOST_LISTENERS);
    const begin = (): void => {
      response.once('close', () => goOn(socket));
      app(request, response);
    };
    const others = waiting.get(socket);
    if (!others) {
      waiting.set(socket, []);
      begin();
    } else if (others.length + 1 < MAX_PIPELINED) others.push(begin);
    else socket.destroy();
  };
}

/**
 * Takes at most `most` connections at a time and, where callers can be told apart by their addresses, a quarter of them
 * from one. Further ones are closed at once.
 */
export function limitConnections(server: Server, most: number, byAddress: boolean): void {
  const perOwner = byAddress ? Math.max(1, Math.floor(most / PART_OF_AN_ADDRESS)) : most;
  const open = new OwnerCaps({ total: most, perOwner });
  server.on('connection', (socket) => {
    const share = open.take(addressBlock(socket.remoteAddress ?? 'unknown'), 1);
    if (typeof share === 'string') socket.destroy();
    else socket.once('close', share);
  });
}

/**
 * Cuts off callers who take nothing of their answer, or send nothing of their body, for `stalledMs`, and those who take
 * hardly anything: what is kept for them would stay in memory, and their work go on, for as long as they like. Time in
 * which the server itself is at work does not count.
 */
export function cutOffStalled(app: RequestListener, stalledMs: number): RequestListener {
  return (request, response) => {
    response.setTimeout(stalledMs, () => {
      if (waitsForCaller(request, response)) response.destroy();
      else response.setTimeout(stalledMs);
    });
    const cutOff = () => response.destroy();
    let timer = setTimeout(cutOff, MOST_MS).unref();
    response.once('prefinish', () => {
      clearTimeout(timer);
      timer = setTimeout(cutOff, TAKE_MS).unref();
    });
    response.once('close', () => clearTimeout(timer));
    app(request, response);
  };
}

function waitsForCaller(request: IncomingMessage, response: ServerResponse): boolean {
  const answerWaits = (response.socket?.writableLength ?? 0) > 0;
  const bodyWaits = !request.complete && request.readableFlowing === true;
  return answerWaits || bodyWaits;
}
