/** A queue that can also be read by position. Taking from the front costs O(1) on average. */
export class Fifo<Item> {
  private items: (Item | undefined)[] = [];
  private head = 0;

  get size(): number {
    return this.items.length - this.head;
  }

  push(item: Item): void {
    this.items.push(item);
  }

  shift(): Item | undefined {
    if (this.size === 0) return undefined;
    const item = this.items[this.head];
    this.items[this.head] = undefined;
    this.head += 1;
    if (this.head > 1_024 && this.head * 2 > this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
    return item;
  }

  at(position: number): Item | undefined {
    return this.items[this.head + position];
  }

  /** The first position whose item is not before the wanted place; items must be sorted by it. */
  lowerBound(isBefore: (item: Item) => boolean): number {
    let low = 0;
    let high = this.size;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const item = this.at(middle);
      if (item !== undefined && isBefore(item)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  slice(from: number, count: number): Item[] {
    return this.items.slice(this.head + from, this.head + from + count) as Item[];
  }
}
