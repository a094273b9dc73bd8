import { seededRandom, type Random } from '../../../lib/random.js';
import type { ReceiptStatus } from '../../transport.js';
import type { Behaviour } from './behaviour.js';
import { sampleLatency } from './latency.js';

/** FNV-1a over the seed and the parts: the same words always give the same number. */
export function seedOf(seed: number, ...words: (string | number)[]): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (const word of words) {
    const letters = `${word}|`;
    for (let index = 0; index < letters.length; index += 1) {
      hash = Math.imul(hash ^ letters.charCodeAt(index), 0x01000193) >>> 0;
    }
  }
  return hash;
}

/** Whether a number has a property that holds for a share of all numbers. */
export function numberHas(seed: number, property: string, number: string, share: number): boolean {
  return share > 0 && seededRandom(seedOf(seed, property, number))() < share;
}

export type Chance = 'arrives' | 'rate_limit' | 'restrict' | 'time_out' | 'disconnect' | 'log_out' | 'ban';

/** What chance does to a hand-over. One draw, so that changing one probability moves few other outcomes. */
export function drawOutcome(outcomes: Behaviour['outcomes'], random: Random): Chance {
  let left = random();
  const chances: [Chance, number][] = [
    ['rate_limit', outcomes.rateLimited],
    ['restrict', outcomes.restricted],
    ['time_out', outcomes.timedOut],
    ['disconnect', outcomes.disconnected],
    ['log_out', outcomes.loggedOut],
    ['ban', outcomes.banned],
  ];
  for (const [chance, likelihood] of chances) {
    if (left < likelihood) return chance;
    left -= likelihood;
  }
  return 'arrives';
}

/** Everything that happens after a message arrived; times count from the network's answer and never go back. */
export interface Aftermath {
  receipts: { status: ReceiptStatus; afterMs: number; code?: string }[];
  reply: { text: string; afterMs: number } | undefined;
}

export function drawAftermath(
  behaviour: Behaviour,
  message: { to: string; text: string },
  random: Random,
): Aftermath {
  const { receipts: likely } = behaviour;
  const receipts: Aftermath['receipts'] = [];
  let afterMs = sampleLatency(likely.serverDelay, random);
  if (random() < likely.server) receipts.push({ status: 'server', afterMs });
  afterMs += sampleLatency(likely.deliveredDelay, random);
  if (random() < likely.failed) {
    receipts.push({ status: 'failed', afterMs, code: 'undeliverable' });
    return { receipts, reply: undefined };
  }
  if (random() >= likely.delivered) return { receipts, reply: undefined };
  receipts.push({ status: 'delivered', afterMs });
  const readAfterMs = afterMs + sampleLatency(likely.readDelay, random);
  if (random() < likely.read) {
    afterMs = readAfterMs;
    receipts.push({ status: 'read', afterMs });
  }
  const text = drawReply(behaviour.replies, message, random);
  if (text === undefined) return { receipts, reply: undefined };
  return { receipts, reply: { text, afterMs: afterMs + sampleLatency(behaviour.replies.delay, random) } };
}

function drawReply(
  replies: Behaviour['replies'],
  message: { to: string; text: string },
  random: Random,
): string | undefined {
  const scripted = replies.script.find(
    ({ from, contains }) =>
      (!from || from === message.to) &&
      (!contains || message.text.toLowerCase().includes(contains.toLowerCase())),
  );
  if (scripted) return scripted.reply;
  if (random() >= replies.probability) return undefined;
  if (random() < replies.stop) return 'STOP';
  return replies.texts[Math.floor(random() * replies.texts.length)];
}
