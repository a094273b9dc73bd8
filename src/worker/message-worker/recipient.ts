import { peerOf } from '../../modules/contacts/index.js';
import type { LoadedDelivery } from '../../modules/delivery/index.js';
import type { Peer } from '../../transports/peer.js';
import type { Capabilities } from '../../transports/transport.js';

/** A number says enough; of a person without one all is given that is known. */
export function recipientOf({ delivery, facts }: LoadedDelivery): Peer {
  return peerOf([delivery.phone, ...(facts.otherAddresses ?? [])]);
}

/** Whether a transport can write to the person by anything that is known of them. */
export function isAddressable(
  loaded: LoadedDelivery,
  { addresses }: Pick<Capabilities, 'addresses'>,
): boolean {
  const { phone, lid, businessScopedId } = recipientOf(loaded);
  const known = { phone, lid, bsuid: businessScopedId };
  return addresses.some((kind) => known[kind] !== undefined);
}
