import { peerOf } from '../../modules/contacts/index.js';
import type { LoadedDelivery } from '../../modules/delivery/index.js';
import type { Peer } from '../../transports/peer.js';
import type { AddressKind } from '../../transports/transport.js';

/** All that is known of a person without a number; of others the number, unless some transport cannot write to numbers. */
export function recipientOf({ delivery, facts }: LoadedDelivery): Peer {
  return peerOf([delivery.phone, ...(facts.otherAddresses ?? [])]);
}

/** By what the person can be written to. */
export function reachedBy(loaded: LoadedDelivery): AddressKind[] {
  const { phone, lid, businessScopedId } = recipientOf(loaded);
  const known = { phone, lid, bsuid: businessScopedId };
  return KINDS.filter((kind) => known[kind] !== undefined);
}

const KINDS: readonly AddressKind[] = ['phone', 'lid', 'bsuid'];
