/** Remembers answers for a short while. Bounded: when it is full, the oldest entry makes room. */
export class TtlCache<Value> {
  private readonly entries = new Map<string, { value: Value; until: number }>();

  constructor(private readonly options: { ttlMs: number; maxEntries: number }) {}

  get(key: string, now: Date): Value | undefined {
    const entry = this.entries.get(key);
    if (!entry) return undefined;
    if (entry.until > now.getTime()) return entry.value;
    this.entries.delete(key);
    return undefined;
  }

  set(key: string, value: Value, now: Date): void {
    this.entries.delete(key);
    this.entries.set(key, { value, until: now.getTime() + this.options.ttlMs });
    if (this.entries.size <= this.options.maxEntries) return;
    const oldest = this.entries.keys().next();
    if (!oldest.done) this.entries.delete(oldest.value);
  }

  clear(): void {
    this.entries.clear();
  }
}
