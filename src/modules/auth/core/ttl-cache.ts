import QuickLRU from 'quick-lru';

interface Entry<Value> {
  value: Value;
  /** Milliseconds since 1970. */
  until: number;
}

/**
 * Caches values for a short while; when full, the least recently used one goes. The time is passed in, so that tests
 * control it.
 */
export class TtlCache<Value> {
  private readonly entries: QuickLRU<string, Entry<Value>>;

  constructor(private readonly options: { ttlMs: number; maxEntries: number }) {
    this.entries = new QuickLRU({ maxSize: options.maxEntries });
  }

  get(key: string, now: Date): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.until > now.getTime()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, now: Date): void {
    this.entries.set(key, { value, until: now.getTime() + this.options.ttlMs });
  }

  clear(): void {
    this.entries.clear();
  }
}
