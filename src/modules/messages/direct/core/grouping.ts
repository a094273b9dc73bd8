import type { CampaignPart } from '../../../content/core/part.js';
import { lineOf } from '../../../../lib/phone-line.js';

/** What messages must have in common to share a hidden campaign, in which each recipient gets one message. */
export interface Groupable {
  phone: string;
  part: CampaignPart;
  senderId: string | undefined;
  sendAt: Date | undefined;
}

/**
 * Divides messages among as few hidden campaigns as can carry them. A campaign has every line once, so the second
 * message to the same line goes into another one.
 */
export function groupMessages<Item extends Groupable>(items: readonly Item[]): Item[][] {
  const groups = new Map<string, Item[]>();
  const seen = new Map<string, number>();
  for (const item of items) {
    const kind = JSON.stringify([item.part, item.senderId ?? null, item.sendAt?.getTime() ?? null]);
    const person = `${lineOf(item.phone)} ${kind}`;
    const round = seen.get(person) ?? 0;
    seen.set(person, round + 1);
    const key = `${round} ${kind}`;
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return [...groups.values()];
}
