import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

export type WatchedClient = pg.Client;

/** PostgreSQL's code for a lost connection, so that everybody takes it for one. */
export class DatabaseAway extends Error {
  readonly code = '08006';

  constructor(reason: string) {
    super(`The database does not answer: ${reason}`);
    this.name = 'DatabaseAway';
  }
}

export interface ClientObserver {
  opened(client: WatchedClient): void;
  ended(client: WatchedClient): void;
  /** Asked before dialling: an error instead of a connection. */
  refusal(): Error | undefined;
}

/** BullMQ asks again at once, and again: without a rest this process would never see the database come back. */
const REFUSAL_MS = 100;

type Connected = (error: Error | null) => void;

/** The driver's connection, which tells when it comes and goes, and does not dial in vain. */
export function watchedClient(
  observer: ClientObserver,
): new (config?: string | pg.ClientConfig) => pg.Client {
  return class extends pg.Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      // PostgreSQL may say goodbye in the very packet that says ready, before whoever asked for the connection can
      // listen to its errors, and an error nobody listens to ends the process. The next statement fails anyway.
      this.on('error', () => undefined);
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.Client> | void {
      const refusal = observer.refusal();
      if (refusal) {
        if (!callback) return pause(REFUSAL_MS).then(() => Promise.reject(refusal));
        setTimeout(callback, REFUSAL_MS, refusal);
        return;
      }
      observer.opened(this);
      this.once('end', () => observer.ended(this));
      return callback ? super.connect(callback) : super.connect();
    }
  };
}
