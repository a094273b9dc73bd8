import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/**
 * What is wrong with the way: `pass` nothing; `stall` takes connections and bytes and sends nothing, as a network that
 * drops every packet does; `refuse` ends all connections and takes no new ones; a number delays every packet so long.
 */
export type Fault = 'pass' | 'stall' | 'refuse' | { delayMs: number };

export interface Proxy {
  port: number;
  become(fault: Fault): Promise<void>;
  close(): Promise<void>;
}

/** A TCP proxy on the loopback interface in front of a server, with a bad day when told so. */
export async function startProxy(target: { host: string; port: number }): Promise<Proxy> {
  const way = new Way();
  const lines = new Set<Socket>();
  const listen = async (port: number): Promise<Server> => {
    const server = createServer((near) => void join(near, target, way, lines));
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return server;
  };
  let server: Server | undefined = await listen(0);
  const { port } = server.address() as AddressInfo;
  const shut = async () => {
    const closed = server && once(server, 'close');
    server?.close();
    server = undefined;
    for (const socket of lines) socket.destroy();
    await closed;
  };
  return {
    port,
    async become(fault) {
      if (fault === 'refuse') await shut();
      else server ??= await listen(port);
      way.become(fault);
    },
    async close() {
      way.become('pass');
      await shut();
    },
  };
}

/** What every packet has to pass. */
class Way {
  private fault: Fault = 'pass';
  private waiting: (() => void)[] = [];

  become(fault: Fault): void {
    this.fault = fault;
    if (fault !== 'stall') this.waiting.splice(0).forEach((go) => go());
  }

  async clear(): Promise<void> {
    while (this.fault === 'stall') await new Promise<void>((go) => this.waiting.push(go));
    if (typeof this.fault === 'object') await pause(this.fault.delayMs);
  }
}

async function join(
  near: Socket,
  target: { host: string; port: number },
  way: Way,
  lines: Set<Socket>,
): Promise<void> {
  near.on('error', () => undefined);
  lines.add(near);
  near.on('close', () => lines.delete(near));
  near.pause();
  await way.clear();
  if (near.destroyed) return;
  const far = connect(target.port, target.host);
  far.on('error', () => undefined);
  lines.add(far);
  far.on('close', () => {
    lines.delete(far);
    near.destroy();
  });
  near.on('close', () => far.destroy());
  carry(near, far, way);
  carry(far, near, way);
}

/** In order, one packet at a time; a connection that sends faster is held back. */
function carry(from: Socket, to: Socket, way: Way): void {
  const pass = async (packet: Buffer): Promise<void> => {
    await way.clear();
    if (!to.destroyed && !to.write(packet)) await once(to, 'drain').catch(() => undefined);
    from.resume();
  };
  let passed = Promise.resolve();
  from.on('data', (packet: Buffer) => {
    from.pause();
    passed = passed.then(() => pass(packet));
  });
  from.on('end', () => void passed.then(() => to.end()));
  from.resume();
}
