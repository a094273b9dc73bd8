import type { Peer } from '../../peer.js';
import { isLid, isPhone } from './rules.js';

const LID = 'lid:';

/** What a message is addressed to on this network: a number, or `lid:<digits>`. Undefined for what it cannot address. */
export function addressed({ phone, lid }: Peer): string | undefined {
  return phone ?? (lid === undefined ? undefined : lidAddress(lid));
}

/** The phone that answers what was addressed so. */
export function writerAt(to: string): { from: string } | { lid: string } {
  return to.startsWith(LID) ? { lid: to.slice(LID.length) } : { from: to };
}

/** False for what cannot be anybody's. */
export function isAddress(to: string): boolean {
  return to.startsWith(LID) ? isLid(to.slice(LID.length)) : isPhone(to);
}

export function lidAddress(lid: string): string {
  return `${LID}${lid}`;
}

/** A message of the network's own, after its recipient was read. */
export type Addressed<Message> = Omit<Message, 'to'> & { to: string };
