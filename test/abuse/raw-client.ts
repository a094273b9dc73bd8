import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** A connection that sends what it is told, byte for byte, and reads only when asked. */
export interface RawClient {
  socket: Socket;
  send(text: string): void;
  /** Everything until the other side closes. */
  rest(): Promise<string>;
  /** Resolves when the connection has ended, whoever ended it. */
  closed: Promise<void>;
}

/** Its socket is paused: nothing of an answer is taken. */
export async function connectRaw(port: number): Promise<RawClient> {
  const socket = connect({ port, host: '127.0.0.1' });
  socket.pause();
  // A reset is one of the ways in which the other side ends it.
  socket.on('error', () => undefined);
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await once(socket, 'connect');
  return {
    socket,
    send: (text) => void socket.write(text),
    async rest() {
      let text = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
      socket.resume();
      await closed;
      return text;
    },
    closed,
  };
}

export function requestText(
  method: string,
  path: string,
  headers: Record<string, string>,
  body = '',
): string {
  const all = {
    host: 'localhost',
    ...(body === '' ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`;
}
