import { randomBytes } from 'node:crypto';
import type { LossCode } from '../transport.js';
import { parseDevice, signDevice } from './core/credentials.js';
import { formatQrPayload, QR_BYTES, qrReference } from './core/qr-payload.js';
import type { Phone } from './phone.js';
import type { WaitingSession } from './network-port.js';

/** How many unlinked devices are remembered. */
const MAX_REVOKED = 100_000;

/** Which senders wait to be scanned, and which linked devices are still welcome. */
export class PairingRegistry {
  private readonly waiting = new Map<string, { session: WaitingSession; reference: string }>();
  /** The device each sender last connected with. */
  private readonly devices = new Map<string, string>();
  private readonly revoked = new Set<string>();

  constructor(private readonly secret: string) {}

  get waitingCount(): number {
    return this.waiting.size;
  }

  /** A fresh pairing code; the one before it is worthless from now on. */
  offer(session: WaitingSession): string {
    const payload = formatQrPayload(randomBytes(QR_BYTES));
    this.waiting.set(session.phone.senderId, { session, reference: qrReference(payload) });
    return payload;
  }

  over(session: WaitingSession): void {
    const { senderId } = session.phone;
    if (this.waiting.get(senderId)?.session === session) this.waiting.delete(senderId);
  }

  /** By sender id, phone number or the payload of the code. */
  find(reference: string): WaitingSession | undefined {
    const direct = this.waiting.get(reference);
    if (direct) return direct.session;
    const wanted = qrReference(reference);
    for (const waiting of this.waiting.values()) {
      if (waiting.reference === wanted || waiting.session.phone.number === reference) return waiting.session;
    }
    return undefined;
  }

  /** Links a new device and returns its credentials. */
  link({ senderId, number }: Phone): string {
    const deviceId = randomBytes(9).toString('base64url');
    this.devices.set(senderId, deviceId);
    return signDevice(this.secret, { senderId, phoneNumber: number, deviceId });
  }

  /** The phone number these credentials belong to, or why they do not connect the sender. */
  recognise(phone: Phone, credentials: string): { phoneNumber: string } | { refused: LossCode } {
    const device = parseDevice(this.secret, credentials);
    if (!device || device.senderId !== phone.senderId || this.revoked.has(device.deviceId)) {
      return { refused: 'logged_out' };
    }
    if (phone.banned) return { refused: 'banned' };
    this.devices.set(phone.senderId, device.deviceId);
    return { phoneNumber: device.phoneNumber };
  }

  unlink(credentials: string): void {
    const device = parseDevice(this.secret, credentials);
    if (device) this.revoke(device.deviceId);
  }

  /** The phone's owner removes the linked device. */
  unlinkCurrent(senderId: string): void {
    const deviceId = this.devices.get(senderId);
    if (deviceId) this.revoke(deviceId);
  }

  private revoke(deviceId: string): void {
    this.revoked.add(deviceId);
    const oldest = this.revoked.values().next().value;
    if (this.revoked.size > MAX_REVOKED && oldest) this.revoked.delete(oldest);
  }
}
