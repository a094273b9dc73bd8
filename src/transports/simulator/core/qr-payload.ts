/** How many random bytes a pairing code is made of. */
export const QR_BYTES = 33 + 3 * 32;

/**
 * A pairing code in the form WhatsApp shows: a reference of the waiting device, then its noise, identity and
 * account keys in base64, separated by commas.
 */
export function formatQrPayload(bytes: Buffer): string {
  const keys = [33, 65, 97].map((from) => bytes.subarray(from, from + 32).toString('base64'));
  return [`2@${bytes.subarray(0, 33).toString('base64')}`, ...keys].join(',');
}

/** The part of a pairing code that names the waiting device. */
export function qrReference(payload: string): string {
  return payload.split(',', 1)[0] ?? payload;
}
