/** A binary heap by due time; what is due at the same time comes out in the order it went in. */
export class DueHeap<Item> {
  private readonly nodes: { due: number; order: number; item: Item }[] = [];
  private order = 0;

  get size(): number {
    return this.nodes.length;
  }

  get nextDue(): number | undefined {
    return this.nodes[0]?.due;
  }

  push(due: number, item: Item): void {
    this.order += 1;
    const node = { due, order: this.order, item };
    let position = this.nodes.push(node) - 1;
    while (position > 0) {
      const parent = (position - 1) >>> 1;
      if (!this.isBefore(position, parent)) return;
      this.swap(position, parent);
      position = parent;
    }
  }

  /** The earliest item if it is due by then. */
  popDue(now: number): Item | undefined {
    const first = this.nodes[0];
    if (!first || first.due > now) return undefined;
    const last = this.nodes.pop();
    if (last && this.nodes.length > 0) {
      this.nodes[0] = last;
      this.sink();
    }
    return first.item;
  }

  clear(): void {
    this.nodes.length = 0;
  }

  private sink(): void {
    let position = 0;
    for (;;) {
      const left = position * 2 + 1;
      let smallest = position;
      if (left < this.nodes.length && this.isBefore(left, smallest)) smallest = left;
      if (left + 1 < this.nodes.length && this.isBefore(left + 1, smallest)) smallest = left + 1;
      if (smallest === position) return;
      this.swap(position, smallest);
      position = smallest;
    }
  }

  private isBefore(a: number, b: number): boolean {
    const one = this.nodes[a];
    const other = this.nodes[b];
    if (!one || !other) return false;
    return one.due < other.due || (one.due === other.due && one.order < other.order);
  }

  private swap(a: number, b: number): void {
    const one = this.nodes[a];
    const other = this.nodes[b];
    if (!one || !other) return;
    this.nodes[a] = other;
    this.nodes[b] = one;
  }
}
