/** Bytes that several pieces of work may take together. */
export class ByteBudget {
  private taken = 0;

  constructor(readonly limit: number) {}

  /** False when that is more than is left; then nothing was taken. */
  take(bytes: number): boolean {
    if (this.taken + bytes > this.limit) return false;
    this.taken += bytes;
    return true;
  }
}
