/** After being asked for room, jobs have this long to hand back, as long as the suspect keeps trying. */
const ROOM_MS = 20_000;
/** A suspect that has not tried again for this long has gone to another process. */
const TRIES_EVERY_MS = 3_000;
/** Handing back costs a job some work done twice: an import reads its file up to the last committed row again. */
const ASK_EVERY_MS = 60_000;

/** A place among the running jobs of this process. */
export interface Turn {
  /** Aborted when the job is asked to hand back. */
  readonly signal: AbortSignal;
}

/**
 * Which of the watched jobs of one process may run together: all of them, except that a suspect runs alone, so that there
 * is no question whose fault a death is. Times are milliseconds of one clock that never goes back.
 */
export class Turns {
  private readonly running = new Map<Turn, AbortController>();
  private alone: Turn | undefined;
  private askedAt = -Infinity;
  private keptFreeUntil = -Infinity;

  /** Undefined: not now. A suspect asks the others for room, now and then. */
  enter(suspect: boolean, now: number): Turn | undefined {
    if (this.alone) return undefined;
    if (!suspect) return now < this.keptFreeUntil ? undefined : this.admit();
    if (this.running.size > 0) {
      this.makeRoom(now);
      return undefined;
    }
    this.keptFreeUntil = -Infinity;
    this.alone = this.admit();
    return this.alone;
  }

  /** It goes on, and others may run beside it. */
  share(turn: Turn): void {
    if (this.alone === turn) this.alone = undefined;
  }

  leave(turn: Turn): void {
    this.share(turn);
    this.running.delete(turn);
  }

  private admit(): Turn {
    const controller = new AbortController();
    const turn = { signal: controller.signal };
    this.running.set(turn, controller);
    return turn;
  }

  private makeRoom(now: number): void {
    if (now - this.askedAt >= ASK_EVERY_MS) {
      this.askedAt = now;
      for (const controller of this.running.values()) controller.abort(new Error('Another job needs room.'));
    }
    this.keptFreeUntil = Math.min(now + TRIES_EVERY_MS, this.askedAt + ROOM_MS);
  }
}
