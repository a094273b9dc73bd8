import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { addressBlock } from '../modules/auth/index.js';
import { Shares } from '../lib/shares.js';

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

/**
 * Closes connections that send many requests at once: a few thousand fit into what is read in one go, and all of them
 * would be begun before anything else has a turn.
 */
export function withoutLongPipelines(app: RequestListener): RequestListener {
  const unanswered = new WeakMap<Socket, number>();
  return (request, response) => {
    const { socket } = request;
    const count = (unanswered.get(socket) ?? 0) + 1;
    if (count > MAX_PIPELINED) socket.destroy();
    if (socket.destroyed) return;
    unanswered.set(socket, count);
    response.once('close', () => unanswered.set(socket, (unanswered.get(socket) ?? 1) - 1));
    app(request, response);
  };
}

/**
 * Takes at most `most` connections at a time and, where callers can be told apart by their addresses, a quarter of them
 * from one. Further ones are closed at once.
 */
export function limitConnections(server: Server, most: number, byAddress: boolean): void {
  const perOwner = byAddress ? Math.max(1, Math.floor(most / PART_OF_AN_ADDRESS)) : most;
  const open = new Shares({ total: most, perOwner });
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
export function cutOffStalled(server: Server, stalledMs: number): void {
  server.on('request', (request: IncomingMessage, response: ServerResponse) => {
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
  });
}

function waitsForCaller(request: IncomingMessage, response: ServerResponse): boolean {
  const answerWaits = (response.socket?.writableLength ?? 0) > 0;
  const bodyWaits = !request.complete && request.readableFlowing === true;
  return answerWaits || bodyWaits;
}
