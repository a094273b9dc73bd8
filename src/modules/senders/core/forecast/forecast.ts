import { sum } from '../../../../lib/sum.js';
import {
  advance,
  grouped,
  senderForecastOf,
  servedAlone,
  type ForecastPace,
  type ForecastSender,
  type SenderForecast,
} from './sender-forecast.js';
import { messagesOf, sentBy } from './stretch.js';

/**
 * What senders will send, without sending it: stretches of evenly spaced sends between the ends of quota windows, so
 * that a million messages cost some thousand steps. The rules are those of `../slot.ts`; with a fixed pace both agree.
 */

/** Awaited now and then: lets the event loop run, so that a long forecast does not block the process. */
export type YieldIfDue = () => Promise<void>;

export interface ForecastSlice {
  /** Milliseconds since 1970; `to` is not part of it. */
  from: number;
  to: number;
  /** Messages; no more are sent. */
  wanted: number;
  /** No sender goes faster, whatever its own pace: its share of a ceiling. */
  minStepMs: number;
}

/**
 * The length of the first simulated period; each next one is twice as long, because the end is not known beforehand.
 */
const FIRST_PERIOD_MS = 600_000;
/** A period with that many stretches is not doubled any more: they are all in memory at once. */
const MANY_STRETCHES = 200_000;
/** Senders simulated between two calls of `yieldIfDue`. */
const SENDERS_PER_YIELD = 100;

/** Simulates what a pool of senders will send. Each `send` continues where the one before has ended. */
export class PoolForecast {
  private senderForecasts: SenderForecast[];

  constructor(
    senders: readonly ForecastSender[],
    private readonly pace: ForecastPace,
    now: Date,
    private readonly yieldIfDue: YieldIfDue = () => Promise.resolve(),
  ) {
    this.senderForecasts = grouped(senders.map((sender) => senderForecastOf(sender, now.getTime())));
  }

  /** Senders that could send something before `at`. */
  readyBefore(at: number): number {
    return sum(
      this.senderForecasts.filter(
        ({ nextAt, budgetLeft }) => nextAt < at && budgetLeft >= this.pace.messages,
      ),
      (senderForecast) => senderForecast.senders,
    );
  }

  /** Simulates the competing campaigns alone until `at`. */
  async serveCompetitorsUntil(at: number): Promise<void> {
    this.senderForecasts = await this.each(this.senderForecasts, (senderForecast) =>
      servedAlone(senderForecast, at),
    );
  }

  /** What the pool sends in the slice. `doneAt` is when the last of `wanted` leaves; absent when they do not all. */
  async send({ from, to, wanted, minStepMs }: ForecastSlice): Promise<{ messages: number; doneAt?: number }> {
    let messages = 0;
    let lengthMs = FIRST_PERIOD_MS;
    for (let at = from; at < to;) {
      const end = Math.min(at + lengthMs, to);
      const sent = await this.simulate({ from: at, to: end, wanted: wanted - messages, minStepMs });
      messages += sent.messages;
      if (sent.doneAt !== undefined) return { messages, doneAt: sent.doneAt };
      at = end;
      if (sent.stretches < MANY_STRETCHES) lengthMs *= 2;
    }
    return { messages };
  }

  private async simulate({
    from,
    to,
    wanted,
    minStepMs,
  }: ForecastSlice): Promise<{ messages: number; stretches: number; doneAt?: number }> {
    const pace = { ...this.pace, minStepMs };
    const before = this.senderForecasts.map((senderForecast) => ({
      ...senderForecast,
      nextAt: Math.max(senderForecast.nextAt, from),
    }));
    const after = await this.each(before, (senderForecast) => advance(senderForecast, pace, to));
    const total = sum(
      after,
      ({ senderForecast, stretches }) => senderForecast.senders * sum(stretches, messagesOf),
    );
    const stretches = sum(after, ({ stretches: own }) => own.length);
    if (total < wanted) {
      this.senderForecasts = after.map(({ senderForecast }) => senderForecast);
      return { messages: total, stretches };
    }
    const doneAt = await firstTime(from, to, async (at) => {
      const sent = await this.each(
        after,
        ({ senderForecast, stretches: own }) =>
          senderForecast.senders * sum(own, (stretch) => sentBy(stretch, at)),
      );
      return sum(sent, Number) >= wanted;
    });
    this.senderForecasts = await this.each(
      before,
      (senderForecast) => advance(senderForecast, pace, doneAt + 1).senderForecast,
    );
    return { messages: wanted, stretches, doneAt };
  }

  private async each<Item, Result>(items: readonly Item[], work: (item: Item) => Result): Promise<Result[]> {
    const results: Result[] = [];
    for (const item of items) {
      results.push(work(item));
      if (results.length % SENDERS_PER_YIELD === 0) await this.yieldIfDue();
    }
    await this.yieldIfDue();
    return results;
  }
}

/** The first whole millisecond in [from, to) at which `reached` holds, given that it does at the end. */
async function firstTime(
  from: number,
  to: number,
  reached: (at: number) => Promise<boolean>,
): Promise<number> {
  let [before, at] = [Math.floor(from) - 1, Math.ceil(to)];
  while (at - before > 1) {
    const middle = Math.floor((before + at) / 2);
    if (await reached(middle)) at = middle;
    else before = middle;
  }
  return at;
}
