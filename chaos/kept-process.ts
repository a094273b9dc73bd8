import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startChild, type Child } from './child.js';

const START_AGAIN_MS = 300;
/** A process that does not end when asked is ended, and counts as one that did not stop in order. */
const STOP_MS = 60_000;

/** A process that is started again whenever it ends, as by any process manager. */
export class KeptProcess {
  kills = 0;
  starts = 0;
  /** Unexpected ends after the start. There should be none. */
  readonly crashes: string[] = [];
  private child: Child;
  private listening: Promise<string>;
  private isUp = false;
  private stopping = false;
  private awayMs = 0;

  constructor(
    readonly name: string,
    private readonly settings: { command: readonly string[]; env: Record<string, string>; folder: string },
  ) {
    this.child = this.start();
    this.listening = this.watch(this.child);
  }

  /** Its address, once the process that runs now listens; waits for the next one where this one fails to start. */
  async up(): Promise<string> {
    while (!this.stopping) {
      const { listening } = this;
      const url = await listening.catch(() => undefined);
      // One that was just killed has an address still.
      if (url !== undefined && this.isUp) return url;
      await pause(50);
    }
    throw new Error(`${this.name} was stopped.`);
  }

  /** Kills the process that runs now; the next one starts after so long. */
  async kill(awayMs: number): Promise<void> {
    const { child } = this;
    this.kills += 1;
    this.awayMs = awayMs;
    child.kill('SIGKILL');
    await child.ended;
  }

  /** Resolves when the process after the one that was just killed is on its way. */
  async startedAgain(): Promise<void> {
    const { starts } = this;
    while (this.starts === starts) await pause(20);
  }

  /** Returns how it ended. */
  async stop(): Promise<number | string> {
    this.stopping = true;
    this.child.kill('SIGTERM');
    const patience = setTimeout(() => this.child.kill('SIGKILL'), STOP_MS);
    return this.child.ended.finally(() => clearTimeout(patience));
  }

  /** After `stop`. */
  startAgain(): void {
    this.stopping = false;
    this.child = this.start();
    this.listening = this.watch(this.child);
  }

  private start(): Child {
    const { command, env, folder } = this.settings;
    this.starts += 1;
    return startChild(command, { env, log: join(folder, `${this.name}.log`) });
  }

  private watch(child: Child): Promise<string> {
    this.isUp = false;
    void this.revive(child);
    const listening = child.prints(/listens on (\S+),/).then((url) => {
      this.isUp = true;
      return url;
    });
    // Not every caller waits for the address: its rejection must not count as unhandled.
    listening.catch(() => undefined);
    return listening;
  }

  private async revive(child: Child): Promise<void> {
    const kills = this.kills;
    const how = await child.ended;
    const wasKilled = this.kills > kills;
    if (this.isUp && !wasKilled && !this.stopping) this.crashes.push(`${this.name} ended with ${how}`);
    this.isUp = false;
    // One that cannot start, because its database is away, is tried again soon.
    await pause(wasKilled ? this.awayMs : START_AGAIN_MS);
    // Once it was stopped, another one may have been started on purpose.
    if (this.stopping || this.child !== child) return;
    this.child = this.start();
    this.listening = this.watch(this.child);
  }
}
