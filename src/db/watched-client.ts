import { setTimeout as pause } from 'node:timers/promises';
import type pg from 'pg';
import { Client } from './client.js';

export type WatchedClient = pg.Client;

/** PostgreSQL's code for a lost connection, so that all callers take it for one. */
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
  unavailable(): Error | undefined;
}

/** BullMQ asks again at once, and again: without a rest this process would never see the database come back. */
const UNAVAILABLE_PAUSE_MS = 100;

type Connected = (error: Error | null) => void;

/** The driver's connection, which tells when it comes and goes, and does not dial in vain. */
export function watchedClient(
  observer: ClientObserver,
): new (config?: string | pg.ClientConfig) => pg.Client {
  return class extends Client {
    constructor(config?: string | pg.ClientConfig) {
      super(config);
      // PostgreSQL may end the connection in the very packet that says ready, before the caller can listen to its
      // errors; an error without a listener ends the process. The next statement fails anyway.
      this.on('error', () => undefined);
    }

    override connect(): Promise<pg.Client>;
    override connect(callback: Connected): void;
    override connect(callback?: Connected): Promise<pg.Client> | void {
      const error = observer.unavailable();
      if (error) {
        if (!callback) return pause(UNAVAILABLE_PAUSE_MS).then(() => Promise.reject(error));
        setTimeout(callback, UNAVAILABLE_PAUSE_MS, error);
        return;
      }
      observer.opened(this);
      this.once('end', () => observer.ended(this));
      return callback ? super.connect(callback) : super.connect();
    }
  };
}
