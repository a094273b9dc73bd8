import { createHmac, timingSafeEqual } from 'node:crypto';
import { isRecord } from './rules.js';

/** What a linked device keeps. The network stores none of it: its signature is the proof. */
export interface Device {
  senderId: string;
  phoneNumber: string;
  /** Tells this pairing from an earlier or later one of the same phone. */
  deviceId: string;
}

/** Credentials that every network with the same secret accepts, also after a restart. */
export function signDevice(secret: string, device: Device): string {
  const { senderId, phoneNumber, deviceId } = device;
  return JSON.stringify({ senderId, phoneNumber, deviceId, signature: signature(secret, device) });
}

/** The device, or undefined when the credentials are not from this network. */
export function parseDevice(secret: string, credentials: string): Device | undefined {
  const parsed = parse(credentials);
  if (!isRecord(parsed)) return undefined;
  const { senderId, phoneNumber, deviceId, signature: given } = parsed;
  if (typeof senderId !== 'string' || typeof phoneNumber !== 'string') return undefined;
  if (typeof deviceId !== 'string' || typeof given !== 'string') return undefined;
  const device = { senderId, phoneNumber, deviceId };
  const expected = Buffer.from(signature(secret, device));
  const actual = Buffer.from(given);
  return expected.length === actual.length && timingSafeEqual(expected, actual) ? device : undefined;
}

function signature(secret: string, { senderId, phoneNumber, deviceId }: Device): string {
  return createHmac('sha256', secret)
    .update(JSON.stringify([senderId, phoneNumber, deviceId]))
    .digest('base64url');
}

function parse(credentials: string): unknown {
  try {
    return JSON.parse(credentials);
  } catch {
    return undefined;
  }
}
