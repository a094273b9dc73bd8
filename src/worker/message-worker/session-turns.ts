import PQueue from 'p-queue';

interface Turns {
  queue: PQueue;
  /** Who types or waits: with the last of them the queue goes. */
  users: number;
}

/**
 * Who types next through a session. A person types into one chat at a time, and so does a sender, although several
 * deliveries may be under way at it: an answer is reserved without waiting for the others. It takes the next turn, also
 * between two parts of another delivery; the others go in the order in which they came. Counted per process, because a
 * session is hosted by one.
 */
export class SessionTurns {
  private readonly turns = new Map<string, Turns>();

  /** Runs `type` in its turn. When it is aborted before that it is not run; the caller looks at its signal. */
  async take(
    senderId: string,
    { isAnswer, signal }: { isAnswer: boolean; signal: AbortSignal },
    type: () => Promise<void>,
  ): Promise<void> {
    const turns = this.turns.get(senderId) ?? { queue: new PQueue({ concurrency: 1 }), users: 0 };
    this.turns.set(senderId, turns);
    turns.users += 1;
    try {
      await turns.queue.add(type, { priority: isAnswer ? 1 : 0, signal });
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      turns.users -= 1;
      if (turns.users === 0) this.turns.delete(senderId);
    }
  }
}
