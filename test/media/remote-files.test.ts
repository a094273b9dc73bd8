import { mkdtemp, readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isPublicAddress } from '../../src/modules/media/index.js';
import { RemoteFiles, type RemoteFilesDeps } from '../../src/modules/media/remote/remote-files.js';
import { fileNameOfUrl } from '../../src/modules/media/core/file-name.js';
import { listen, listenAndClose, type FarSide } from './far-side.js';
import { waitFor } from '../support/wait-for.js';

/** Plays the Internet; the machine's other loopback addresses play the inner network. */
const PUBLIC = '127.0.0.1';
const INNER = '127.0.0.2';

let site: FarSide;
let inner: FarSide;
let innerRequests = 0;
let tempDir: string;

beforeAll(async () => {
  tempDir = await mkdtemp(join(tmpdir(), 'starling-remote-'));
  site = await listen((request, response) => {
    const path = request.url ?? '';
    if (path === '/a%20photo.png?size=1') response.end('a photo');
    else if (path.startsWith('/to/')) {
      response.writeHead(302, { location: decodeURIComponent(path.slice('/to/'.length)) }).end();
    } else if (path === '/round') response.writeHead(301, { location: '/round' }).end();
    else if (path === '/large') response.writeHead(200, { 'content-length': 5_000 }).end(Buffer.alloc(5_000));
    else if (path === '/endless') {
      const more = (): void =>
        void (response.write(Buffer.alloc(500)) ? setImmediate(more) : response.once('drain', more));
      more();
    } else if (path === '/packed') {
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('a photo'));
    } else if (path === '/bomb') {
      response.writeHead(200, { 'content-encoding': 'br' }).end(brotliCompressSync(Buffer.alloc(5_000_000)));
    } else if (path.startsWith('/type/')) {
      response.writeHead(200, { 'content-type': decodeURIComponent(path.slice('/type/'.length)) }).end('x');
    } else if (path === '/odd') response.writeHead(200, { 'content-encoding': 'zstd' }).end('x');
    else if (path.startsWith('/named/')) {
      const disposition = Buffer.from(decodeURIComponent(path.slice('/named/'.length)), 'utf8');
      response.writeHead(200, { 'content-disposition': disposition.toString('latin1') }).end('x');
    } else if (path === '/slow') response.flushHeaders();
    else if (path === '/broken') {
      response.writeHead(200, { 'content-length': 500 });
      response.write(Buffer.alloc(10), () => response.socket?.destroy());
    } else response.writeHead(404).end();
  }, PUBLIC);
  inner = await listen(
    (_request, response) => {
      innerRequests += 1;
      response.end('a secret of the inner network');
    },
    INNER,
    site.port,
  );
});
afterAll(() => Promise.all([site.close(), inner.close()]));

function remote(changes: Partial<RemoteFilesDeps> = {}): RemoteFiles {
  return new RemoteFiles({
    tempDir,
    mayConnect: (address) => address === PUBLIC,
    maxBytes: 1_000,
    timeoutMs: 5_000,
    ...changes,
  });
}

const at = (host: string, path: string): string => `http://${host}:${site.port}${path}`;

async function failedFetch(files: RemoteFiles, url: string) {
  const outcome = await files.fetch(url);
  if (outcome.ok) throw new Error(`${url} was fetched.`);
  return outcome;
}

describe('fetching a file', () => {
  it('saves what the URL has, under the name in its path', async () => {
    const outcome = await remote().fetch(at(PUBLIC, '/a%20photo.png?size=1'));
    expect(outcome).toMatchObject({ ok: true, fileName: 'a photo.png' });
    expect(outcome.ok && (await readFile(outcome.path, 'utf8'))).toBe('a photo');
  });

  it('follows a few redirects', async () => {
    const target = encodeURIComponent('/a%20photo.png?size=1');
    const twice = encodeURIComponent(`/to/${target}`);
    expect(await remote().fetch(at(PUBLIC, `/to/${twice}`))).toMatchObject({
      ok: true,
      fileName: 'a photo.png',
    });
    expect((await failedFetch(remote(), at(PUBLIC, '/round'))).reason).toBe('it redirects more than 3 times');
  });

  it('unpacks what comes compressed all the same', async () => {
    const outcome = await remote().fetch(at(PUBLIC, '/packed'));
    expect(outcome.ok && (await readFile(outcome.path, 'utf8'))).toBe('a photo');
  });

  it.each([
    ['attachment; filename="prices 2031.pdf"', 'prices 2031.pdf'],
    ['attachment; filename=prices.pdf; size=3', 'prices.pdf'],
    [`attachment; filename="x.pdf"; filename*=UTF-8''pre%C3%A7os.pdf`, 'preços.pdf'],
    [String.raw`inline; filename="a\"b.pdf"`, 'a"b.pdf'],
    ['attachment; filename="preços.pdf"', 'preços.pdf'],
    ['attachment; filename="../../etc/passwd"', 'passwd'],
    [`attachment; filename*=UTF-8''%`, undefined],
    ['attachment; filename=""', undefined],
    ['inline', undefined],
  ])('goes by the name the server gives: %s', async (disposition, fileName) => {
    const url = at(PUBLIC, `/named/${encodeURIComponent(disposition)}`);
    expect(await remote().fetch(url)).toMatchObject({
      ok: true,
      fileName: fileName ?? fileNameOfUrl(new URL(url)),
    });
  });

  it.each([
    ['/bomb', 'the file is larger than 1000 bytes'],
    ['/odd', 'the server sent it compressed as "zstd", which it was not asked for'],
    ['/nothing', 'the server answered 404'],
    ['/large', 'the file is larger than 1000 bytes'],
    ['/endless', 'the file is larger than 1000 bytes'],
    ['/broken', 'the server ended the connection'],
  ])('says what went wrong: %s', async (path, reason) => {
    expect(await failedFetch(remote(), at(PUBLIC, path))).toEqual({ ok: false, code: 'unavailable', reason });
  });

  it.each([
    ['HTTP/1.0 200 OK\r\ncontent-type: application/pdf'],
    ['HTTP/1.0 200 OK\r\ncontent-length: 3000000'],
    ['HTTP/1.1 200 OK\r\ncontent-length: 3000000\r\nconnection: close'],
  ])('takes a file from a server that closes its connection behind it: %j', async (head) => {
    const body = Buffer.alloc(3_000_000, 'x');
    const server = await listenAndClose(body, head);
    try {
      for (let round = 0; round < 5; round += 1) {
        const outcome = await remote({ maxBytes: body.length }).fetch(`${server.url}/prices.pdf`);
        expect(outcome).toMatchObject({ ok: true, fileName: 'prices.pdf' });
        expect(outcome.ok && (await readFile(outcome.path)).equals(body)).toBe(true);
      }
    } finally {
      await server.close();
    }
  });

  it.each([
    ['text/html', true],
    ['TEXT/HTML; charset=utf-8', true],
    ['application/xhtml+xml', true],
    ['application/pdf', false],
    ['text/htmlish', false],
  ])('tells whether the server says that it is a page: %s', async (type, isSaidPage) => {
    const outcome = await remote().fetch(at(PUBLIC, `/type/${encodeURIComponent(type)}`));
    expect(outcome).toMatchObject({ ok: true, isSaidPage });
  });

  it('takes no part of a file for the whole', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 900\r\nconnection: close';
    const server = await listenAndClose(Buffer.alloc(300), head);
    const { reason } = await failedFetch(remote(), `${server.url}/prices.pdf`);
    await server.close();
    expect(reason).toBe('the server ended the connection');
  });

  it.each([
    [
      'HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: x',
      'the connection failed: the server changes to another protocol',
    ],
    ['HTTP/1.1 103 Early Hints\r\nlink: <x>', 'the server ended the connection'],
  ])('gives up a server that answers %j and nothing more', async (head, why) => {
    const server = await listenAndClose(Buffer.alloc(0), head);
    const { code, reason } = await failedFetch(remote(), `${server.url}/prices.pdf`);
    await server.close();
    expect({ code, reason }).toEqual({ code: 'unavailable', reason: why });
  });

  it('gives up a server that does not come to an end', async () => {
    const { reason } = await failedFetch(remote({ timeoutMs: 200 }), at(PUBLIC, '/slow'));
    expect(reason).toBe('it took longer than 0.2 seconds');
  });

  it('says that no server listens there, and that a name is not known', async () => {
    expect((await failedFetch(remote(), `http://${PUBLIC}:9/x`)).reason).toBe(
      'the server refuses connections',
    );
    const findAddresses = () => Promise.reject(new Error('ENOTFOUND'));
    const { reason } = await failedFetch(remote({ findAddresses }), 'https://no-such-host.example/x');
    expect(reason).toBe('the host no-such-host.example is not known');
  });

  it('leaves no file behind when it fails', async () => {
    const before = await readdir(tempDir);
    await failedFetch(remote(), at(PUBLIC, '/endless'));
    expect(await readdir(tempDir)).toEqual(before);
  });
});

describe('URLs that lead inside', () => {
  it.each(['file:///etc/passwd', 'ftp://example.com/x', 'data:text/plain,x', 'gopher://x/', 'x.png', ''])(
    'are refused before anything is asked: %s',
    async (url) => {
      expect((await failedFetch(remote(), url)).code).toBe('wrong_url');
    },
  );

  it('are refused with a user name in them', async () => {
    const { reason } = await failedFetch(remote(), `http://me:secret@${PUBLIC}:${site.port}/`);
    expect(reason).toContain('user name');
  });

  it('are refused, however they are written', async () => {
    const hosts = [INNER, '127.2', '2130706434', '0x7f000002', '[::ffff:127.0.0.2]', 'localhost.'];
    const files = remote({ mayConnect: isPublicAddress });
    for (const host of hosts) {
      const outcome = await failedFetch(files, at(host, '/'));
      expect({ host, ...outcome }).toMatchObject({ host, code: 'wrong_url' });
    }
    expect(innerRequests).toBe(0);
  });

  it('are refused as the target of a redirect', async () => {
    const { code, reason } = await failedFetch(
      remote(),
      at(PUBLIC, `/to/${encodeURIComponent(at(INNER, '/'))}`),
    );
    expect({ code, reason }).toMatchObject({
      code: 'wrong_url',
      reason: expect.stringContaining('not on the public'),
    });
    expect(innerRequests).toBe(0);
  });

  it('are refused when one of several addresses is inside', async () => {
    const files = remote({ findAddresses: async () => [PUBLIC, INNER] });
    expect((await failedFetch(files, at('mixed.example', '/'))).code).toBe('wrong_url');
  });

  it('cannot change their mind between the check and the connection', async () => {
    let asked = 0;
    const findAddresses = async (): Promise<string[]> => [(asked += 1) === 1 ? PUBLIC : INNER];
    const outcome = await remote({ findAddresses }).fetch(at('rebinding.example', '/a%20photo.png?size=1'));
    expect(outcome.ok && (await readFile(outcome.path, 'utf8'))).toBe('a photo');
    expect({ asked, innerRequests }).toEqual({ asked: 1, innerRequests: 0 });
  });
});

describe('names that are looked up', () => {
  it('take turns by owner, and two at a time: others need the threads that do it', async () => {
    const asked: string[] = [];
    const open: (() => void)[] = [];
    const findAddresses = (host: string): Promise<string[]> => {
      asked.push(host);
      return new Promise((resolve) => open.push(() => resolve([INNER])));
    };
    const files = remote({ findAddresses });
    const fetches = ['a1', 'a2', 'a3', 'b1', 'c1'].map((name) =>
      files.fetch(at(`${name}.example`, '/'), { owner: name.charAt(0) }),
    );
    for (let done = 0; done < fetches.length; done += 1) {
      await waitFor(() => open.length === (done < 3 ? 2 : 1));
      open.shift()?.();
    }
    await Promise.all(fetches);
    const owners = asked.map((host) => host.charAt(0));
    // Of b and c either may come first: they asked at the same time.
    expect([owners[0], owners.slice(1, 3).toSorted(), owners.slice(3)]).toEqual([
      'a',
      ['b', 'c'],
      ['a', 'a'],
    ]);
  });
});

describe('addresses', () => {
  it.each(['8.8.8.8', '2606:4700::1111', '::ffff:8.8.8.8'])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('of this machine are not, although they may be public', () => {
    const own = ['127.0.0.1', '8.8.8.8', '2606:4700::1111', 'fe80::1%eth0'];
    const asked = ['8.8.8.8', '::ffff:8.8.8.8', '2606:4700:0::1111', '8.8.4.4', '2606:4700::2'];
    expect(asked.map((address) => isPublicAddress(address, own))).toEqual([false, false, false, true, true]);
  });

  it.each([
    '127.0.0.1',
    '10.1.2.3',
    '172.16.0.1',
    '192.168.1.1',
    '100.64.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '198.18.0.1',
    '192.0.2.1',
    '224.0.0.1',
    '240.0.0.1',
    '255.255.255.255',
    '::1',
    '::',
    'fe80::1',
    'fc00::1',
    '::ffff:127.0.0.1',
    '::127.0.0.1',
    '64:ff9b::7f00:1',
    '64:ff9b:1::7f00:1',
    '2002:7f00:1::',
    '2001:db8::1',
    'fec0::1',
    '4000::1',
    'ff02::1',
    'fe80::1%eth0',
    'not an address',
  ])('%s is not', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });
});
