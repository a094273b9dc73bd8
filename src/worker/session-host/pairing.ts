import type { ClaimedSession } from '../../modules/sessions/index.js';
import type { Transport } from '../../transports/transport.js';

export const WRONG_PHONE =
  'The phone that was paired does not have the number of this sender. Pair the right phone, or set phoneNumber to null first.';

export const FINAL_REASONS = {
  logged_out: 'The device was unlinked on the phone. Connect again to pair anew.',
  banned: 'WhatsApp has banned this account.',
};

/** A transport that takes the phone's number as a setting is told the one this sender must have. */
export function sessionConfig(transport: Transport, claim: ClaimedSession): Record<string, unknown> {
  if (claim.phoneNumber === null) return claim.transportConfig;
  const config = { phoneNumber: claim.phoneNumber, ...claim.transportConfig };
  return transport.validateConfig(config).length === 0 ? config : claim.transportConfig;
}
