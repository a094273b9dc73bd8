/** The senders of a campaign in a simulation (the senders module's forecast). */
export interface Fleet {
  /** Senders that could send something before a time, in milliseconds since 1970. */
  readyBefore(at: number): number;
  /** Sends what it can between two times, at most `wanted` messages; `doneAt` when all of them left. */
  send(slice: { from: number; to: number; wanted: number; minStepMs: number }): Promise<{
    messages: number;
    doneAt?: number;
  }>;
}
