import { lineOf } from '../../../lib/phone-line.js';
import type { Peer } from '../../../transports/peer.js';

const E164 = /^\+[1-9]\d{4,14}$/;
const LID = /^\d{1,20}$/;
const BUSINESS_SCOPED_ID = /^[A-Z]{2}\.[A-Za-z0-9_-]{1,128}$/;

/**
 * What a person is looked up by: the line of a number, `lid:<digits>`, `bsuid::<id>`. What has no form that it may have is left
 * out; empty for a peer that is nobody.
 */
export function linesOf(...peers: readonly Peer[]): string[] {
  const lines = peers.flatMap(({ phone, lid, businessScopedId }) => [
    ...(phone !== undefined && E164.test(phone) ? [lineOf(phone)] : []),
    ...(lid !== undefined && LID.test(lid) ? [`lid:${lid}`] : []),
    ...(businessScopedId !== undefined && BUSINESS_SCOPED_ID.test(businessScopedId)
      ? [`bsuid::${businessScopedId}`]
      : []),
  ]);
  return [...new Set(lines)];
}
