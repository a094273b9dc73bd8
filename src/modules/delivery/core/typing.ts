import { randomInt, type Random } from '../../../lib/random.js';
import { readableText, type RenderedContent } from '../../content/core/content.js';

/** How long a person seems to type. `perCharacterMs: 0` with `maxMs: 0` switches typing off. */
export interface TypingPace {
  perCharacterMs: number;
  minMs: number;
  maxMs: number;
}

/** The pause between two parts to one recipient, in milliseconds. */
export interface PartPause {
  minMs: number;
  maxMs: number;
}

/** About 25 characters a second, and never so long that the recipient's phone gives up showing it. */
export const humanTyping: TypingPace = { perCharacterMs: 40, minMs: 600, maxMs: 4_000 };
export const humanPause: PartPause = { minMs: 1_000, maxMs: 2_000 };

/** The delays that make a sender look like a person. */
export interface HumanPace {
  typing: TypingPace;
  pause: PartPause;
}

/** So many percent of what people take; 0 switches both off. */
export function humanPaceAt(percent: number): HumanPace {
  const scaled = (ms: number): number => Math.round((ms * percent) / 100);
  const { perCharacterMs, minMs, maxMs } = humanTyping;
  return {
    typing: {
      perCharacterMs: (perCharacterMs * percent) / 100,
      minMs: scaled(minMs),
      maxMs: scaled(maxMs),
    },
    pause: { minMs: scaled(humanPause.minMs), maxMs: scaled(humanPause.maxMs) },
  };
}

/** Milliseconds of typing for a text: by length, within the bounds, give or take a fifth. */
export function typingMs(text: string, pace: TypingPace, random: Random): number {
  const clamped = Math.min(Math.max(text.length * pace.perCharacterMs, pace.minMs), pace.maxMs);
  return Math.round(clamped * (0.8 + 0.4 * random()));
}

/** Milliseconds before a content goes out: typing its text or caption, or as long as a short recording may take. */
export function preparationMs(content: RenderedContent, pace: TypingPace, random: Random): number {
  if (content.type === 'audio' || content.type === 'voice') return randomInt(random, pace.minMs, pace.maxMs);
  return typingMs(readableText(content) ?? '', pace, random);
}

export interface PartTiming {
  /** Rest before this part: 0 for the first one. */
  pauseMs: number;
  typingMs: number;
}

/** The timing of all parts that go out in a row. */
export function partTimings(
  contents: readonly RenderedContent[],
  typing: TypingPace,
  pause: PartPause,
  random: Random,
): PartTiming[] {
  return contents.map((content, index) => ({
    pauseMs: index === 0 ? 0 : randomInt(random, pause.minMs, pause.maxMs),
    typingMs: preparationMs(content, typing, random),
  }));
}

export function totalMs(timings: readonly PartTiming[]): number {
  return timings.reduce((sum, timing) => sum + timing.pauseMs + timing.typingMs, 0);
}
