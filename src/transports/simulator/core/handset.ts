import type { Peer } from '../../peer.js';
import { lidAddress } from './addressed.js';

/** A person's phone that has something to remember. Every other number is a phone too: one that shows itself and nothing else. */
export interface Handset {
  number: string | undefined;
  lid: string | undefined;
  /** False: others see its LID and nothing else. */
  showsNumber: boolean;
  pushName: string | undefined;
  /** All that it ever went by, as it is addressed: `+5511...`, `lid:...`. */
  readonly addresses: Set<string>;
  /** Ids of the senders it has a chat with. */
  readonly chats: Set<string>;
}

/** As the simulator's endpoints describe it. */
export interface HandsetState {
  phone: string | null;
  lid: string | null;
  showsNumber: boolean;
  pushName: string | null;
  /** How many senders it has a chat with. */
  chats: number;
}

/** What it goes by now. */
export function currentAddresses({ number, lid }: Pick<Handset, 'number' | 'lid'>): string[] {
  return [...(number === undefined ? [] : [number]), ...(lid === undefined ? [] : [lidAddress(lid)])];
}

/** What others see of it. */
export function shownBy({ number, lid, showsNumber }: Handset): Peer {
  const shown = showsNumber || lid === undefined ? number : undefined;
  return { ...(shown === undefined ? {} : { phone: shown }), ...(lid === undefined ? {} : { lid }) };
}

export function stateOf({ number, lid, showsNumber, pushName, chats }: Handset): HandsetState {
  return {
    phone: number ?? null,
    lid: lid ?? null,
    showsNumber,
    pushName: pushName ?? null,
    chats: chats.size,
  };
}
