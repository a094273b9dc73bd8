import type { Tx } from '../../db/index.js';
import type { Peer } from '../../transports/peer.js';

/** Who has been found or made, locked until the transaction ends. */
export interface FoundContact {
  contactId: string;
  created: boolean;
}

/** The contacts module, as far as what comes in needs it. */
export interface InboundPeople {
  /** Undefined for a peer without any usable identity. */
  contactOfPeer(tx: Tx, tenantId: string, peer: Peer): Promise<FoundContact | undefined>;
  /** All these are one person. */
  linkPeers(tx: Tx, tenantId: string, peers: readonly Peer[]): Promise<unknown>;
  /** The person goes by `to` from now on. */
  changeIdentity(tx: Tx, tenantId: string, from: Peer, to: Peer, terms: { at: Date }): Promise<unknown>;
  optOut(tx: Tx, tenantId: string, contactId: string, proof: string): Promise<void>;
  optIn(tx: Tx, tenantId: string, contactId: string, proof: string): Promise<void>;
}
