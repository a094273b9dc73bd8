import { Redis } from 'ioredis';

const EVERY_MS = 50;

/** Watches how much memory Redis uses; `stop` returns by how many bytes the peak lies above what it was. */
export async function watchRedisMemory(url: string): Promise<{ stop(): Promise<number> }> {
  const redis = new Redis(url);
  const used = async () => Number(/used_memory:(\d+)/.exec(await redis.info('memory'))?.[1] ?? 0);
  const before = await used();
  let peak = before;
  const take = async (): Promise<void> => {
    peak = Math.max(peak, await used());
  };
  let look = Promise.resolve();
  const timer = setInterval(() => {
    look = look.then(take);
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await look;
      redis.disconnect();
      return peak - before;
    },
  };
}

/** Empties one of the databases of Redis, given by the number in its URL. */
export async function flushRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
}
