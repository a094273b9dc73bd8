import type { Peer } from '../../peer.js';

/** What a message is addressed to on this network: a number, or `lid:<digits>`. Undefined for what it cannot address. */
export function addressed({ phone, lid }: Peer): string | undefined {
  return phone ?? (lid === undefined ? undefined : `lid:${lid}`);
}

/** The phone that answers what was addressed so. */
export function writerAt(to: string): { from: string } | { lid: string } {
  return to.startsWith('lid:') ? { lid: to.slice(4) } : { from: to };
}

/** A message of the network's own, after its recipient was read. */
export type Addressed<Message> = Omit<Message, 'to'> & { to: string };
