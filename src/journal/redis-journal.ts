import { Redis } from 'ioredis';
import type { Journal, JournalRecord } from './journal.js';

/** Records read at once. */
const PAGE = 200;

/** A journal in one stream of Redis or Valkey; the ids of its entries are their times. The notes are a hash beside it. */
export class RedisJournal implements Journal {
  private readonly redis: Redis;

  /** @param onError Told when the server does not answer; calls reject then. */
  constructor(
    url: string,
    private readonly key: string,
    onError: (error: Error) => void,
  ) {
    this.redis = new Redis(url, { maxRetriesPerRequest: 1 });
    this.redis.on('error', onError);
  }

  async append(data: Buffer): Promise<void> {
    await this.redis.xadd(this.key, '*', 'data', data);
  }

  async *since(from: Date): AsyncIterable<JournalRecord> {
    for (let start = `${from.getTime()}`; ;) {
      const entries = await this.redis.xrangeBuffer(this.key, start, '+', 'COUNT', PAGE);
      for (const [id, fields] of entries) {
        const data = fields[1];
        if (data) yield { at: new Date(Number.parseInt(id.toString(), 10)), data };
      }
      const last = entries.at(-1)?.[0];
      if (!last || entries.length < PAGE) return;
      start = `(${last.toString()}`;
    }
  }

  async trim(before: Date): Promise<void> {
    await this.redis.xtrim(this.key, 'MINID', '~', `${before.getTime()}`);
  }

  async notes(): Promise<ReadonlyMap<string, string>> {
    return new Map(Object.entries(await this.redis.hgetall(`${this.key}:notes`)));
  }

  async note(name: string, value: string): Promise<void> {
    await this.redis.hset(`${this.key}:notes`, name, value);
  }

  async close(): Promise<void> {
    this.redis.disconnect();
  }
}
