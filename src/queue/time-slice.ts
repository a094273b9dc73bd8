/** Between two looks whether others wait, once a slice is used up. */
const LOOK_EVERY_MS = 1_000;

/** How long a job may go on while others of its queue wait for a place. */
export class TimeSlice {
  private endsAt: number | undefined;

  /** `lengthMs` counts from the first question on, so that a job gets on in each slice, however long it takes to begin. */
  constructor(
    private readonly lengthMs: number,
    private readonly othersWait: () => Promise<boolean>,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** To be asked where it can hand back. True: hand back with `runAgain`, and go on behind those that wait. */
  async isOver(): Promise<boolean> {
    const now = this.now();
    this.endsAt ??= now + this.lengthMs;
    if (now < this.endsAt) return false;
    if (await this.othersWait()) return true;
    this.endsAt = now + Math.min(LOOK_EVERY_MS, this.lengthMs);
    return false;
  }
}
