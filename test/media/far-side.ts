import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import type { S3Settings } from '../../src/modules/media/index.js';

export interface FarSide {
  url: string;
  port: number;
  close(): Promise<void>;
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void | Promise<void>;

export async function listen(answer: Answer, host = '127.0.0.1', port = 0): Promise<FarSide> {
  const server: Server = createServer((request, response) => void answer(request, response));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken } = server.address() as AddressInfo;
  return {
    url: `http://${host}:${taken}`,
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/** A server that closes its connection right behind the body: `head` is the rest of its headers, such as the length. */
export async function listenAndClose(body: Buffer, head: string): Promise<FarSide> {
  const server = createTcpServer((socket) => {
    socket.on('error', () => socket.destroy());
    socket.once('data', () => {
      socket.write(`${head}\r\n\r\n`);
      socket.end(body);
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = () => new Promise<void>((resolve) => void server.close(() => resolve()));
  return { url: `http://127.0.0.1:${port}`, port, close };
}

export interface Bucket extends FarSide {
  settings: S3Settings;
  /** By key, without the bucket. */
  objects: Map<string, Buffer>;
  requests: string[];
  /** The next requests are answered like this instead. */
  failWith(...statuses: number[]): void;
  /** The next file that is asked for breaks off after so many bytes. */
  cutNext(afterBytes: number): void;
}

/** A server that speaks as much S3 as a store of files needs, and refuses every request without a right signature. */
export async function listenAsS3(): Promise<Bucket> {
  const objects = new Map<string, Buffer>();
  const requests: string[] = [];
  const failures: number[] = [];
  let cut: number | undefined;
  const keys = { region: 'eu-test-1', accessKeyId: 'AKIATEST', secretAccessKey: 'the secret key' };
  const server = await listen(async (request, response) => {
    const body = await buffer(request);
    const url = request.url ?? '';
    requests.push(`${request.method} ${url}`);
    const failure = failures.shift();
    const end = (status: number, bytes?: Buffer): void => void response.writeHead(status).end(bytes);
    if (failure !== undefined) return end(failure);
    // Real servers refuse a body whose length is not given.
    if (request.method === 'PUT' && request.headers['content-length'] === undefined) return end(411);
    if (!isSigned(request, body, keys)) return end(403);
    const key = url.replace('/the-bucket/', '');
    const known = objects.get(key);
    if (request.method === 'PUT') objects.set(key, body);
    if (request.method === 'DELETE') objects.delete(key);
    if (request.method === 'PUT') return end(200);
    if (request.method === 'DELETE') return end(204);
    if (known && request.method === 'GET' && cut !== undefined) {
      response.writeHead(200, { 'content-length': known.length });
      response.write(known.subarray(0, cut), () => response.destroy());
      cut = undefined;
      return;
    }
    return known ? end(200, request.method === 'HEAD' ? undefined : known) : end(404);
  });
  return {
    ...server,
    settings: { endpoint: server.url, bucket: 'the-bucket', ...keys },
    objects,
    requests,
    failWith: (...statuses) => failures.push(...statuses),
    cutNext: (afterBytes) => void (cut = afterBytes),
  };
}

/** AWS Signature Version 4, from its description: the signature covers the method, the path, headers and the body. */
function isSigned(
  request: IncomingMessage,
  body: Buffer,
  keys: { region: string; accessKeyId: string; secretAccessKey: string },
): boolean {
  const {
    authorization = '',
    'x-amz-date': time = '',
    'x-amz-content-sha256': bodyHash = '',
  } = request.headers;
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const headers = names.map((name) => `${name}:${String(request.headers[name] ?? '')}\n`).join('');
  const date = String(time).slice(0, 8);
  const scope = `${date}/${keys.region}/s3/aws4_request`;
  const canonical = [request.method, request.url, '', headers, names.join(';'), bodyHash].join('\n');
  const text = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n');
  const key = [date, keys.region, 's3', 'aws4_request'].reduce<Buffer>(
    (secret, word) => createHmac('sha256', secret).update(word).digest(),
    Buffer.from(`AWS4${keys.secretAccessKey}`),
  );
  const signature = createHmac('sha256', key).update(text).digest('hex');
  return (
    sha256(body) === bodyHash &&
    names.includes('host') &&
    authorization.includes(`Credential=${keys.accessKeyId}/${scope}`) &&
    authorization.endsWith(`Signature=${signature}`)
  );
}

function sha256(data: string | Buffer): string {
  return createHash('sha256').update(data).digest('hex');
}
