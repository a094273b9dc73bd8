import { Redis } from 'ioredis';

const EVERY_MS = 50;

export interface RedisUse {
  /** At its peak, above what it was before. */
  besidesBytes: number;
  /** Of the stream at the end. */
  streamBytes: number;
}

/** Watches how much memory Redis uses besides one of its streams, and how much that one has at the end. */
export async function watchRedisMemory(url: string, stream: string): Promise<{ stop(): Promise<RedisUse> }> {
  const redis = new Redis(url);
  const ofStream = async () => (await redis.memory('USAGE', stream)) ?? 0;
  const besides = async () => {
    const [, used] = /used_memory:(\d+)/.exec(await redis.info('memory')) ?? [];
    return Number(used ?? 0) - (await ofStream());
  };
  const before = await besides();
  let peak = before;
  const take = async (): Promise<void> => {
    peak = Math.max(peak, await besides());
  };
  let look = Promise.resolve();
  const timer = setInterval(() => {
    look = look.then(take);
  }, EVERY_MS);
  return {
    async stop() {
      clearInterval(timer);
      await look;
      const streamBytes = await ofStream();
      redis.disconnect();
      return { besidesBytes: peak - before, streamBytes };
    },
  };
}

/** Empties one of the databases of Redis, given by the number in its URL. */
export async function flushRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  await redis.flushdb();
  redis.disconnect();
}
