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

/** To be awaited now and then, so that a long forecast does not hold up the rest of the process. */
export type Rest = () => Promise<void>;

export interface ForecastSlice {
  /** Milliseconds since 1970; `to` is not part of it. */
  from: number;
  to: number;
  /** Messages; no more are sent. */
  wanted: number;
  /** No sender goes faster, whatever its own pace: its share of a ceiling. */
  minStepMs: number;
}

/** Nobody knows how long it takes: looks are short first, and each twice as long as the one before. */
const FIRST_LOOK_MS = 600_000;
/** A look with that many stretches is long enough: they are all in memory at once. */
const MANY_STRETCHES = 200_000;
/** Senders between two rests. */
const REST_AFTER = 100;

/** A pool of senders on its way through the time to come. Each `send` continues where the one before has ended. */
export class PoolForecast {
  private senderForecasts: SenderForecast[];

  constructor(
    senders: readonly ForecastSender[],
    private readonly pace: ForecastPace,
    now: Date,
    private readonly rest: Rest = () => Promise.resolve(),
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

  /** The others have the senders for themselves until then. */
  async leaveToOthersUntil(at: number): Promise<void> {
    this.senderForecasts = await this.each(this.senderForecasts, (senderForecast) =>
      servedAlone(senderForecast, at),
    );
  }

  /** What the pool sends in the slice. `doneAt` is when the last of `wanted` leaves; absent when they do not all. */
  async send({ from, to, wanted, minStepMs }: ForecastSlice): Promise<{ messages: number; doneAt?: number }> {
    let messages = 0;
    let lengthMs = FIRST_LOOK_MS;
    for (let at = from; at < to;) {
      const end = Math.min(at + lengthMs, to);
      const sent = await this.look({ from: at, to: end, wanted: wanted - messages, minStepMs });
      messages += sent.messages;
      if (sent.doneAt !== undefined) return { messages, doneAt: sent.doneAt };
      at = end;
      if (sent.stretches < MANY_STRETCHES) lengthMs *= 2;
    }
    return { messages };
  }

  private async look({
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
    const stretches = sum(after, (one) => one.stretches.length);
    if (total < wanted) {
      this.senderForecasts = after.map(({ senderForecast }) => senderForecast);
      return { messages: total, stretches };
    }
    const doneAt = await firstTime(from, to, async (at) => {
      const sent = await this.each(
        after,
        ({ senderForecast, stretches: own }) => senderForecast.senders * sum(own, (one) => sentBy(one, at)),
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
      if (results.length % REST_AFTER === 0) await this.rest();
    }
    await this.rest();
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
