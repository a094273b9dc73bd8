import type { HeardEvent, InboundService } from '../../src/modules/inbound/index.js';
import type { InboundMessage } from '../../src/transports/inbound.js';

/** A text that a phone wrote, as a transport reports it. */
export function written(
  waMessageId: string,
  text: string,
  more: Partial<InboundMessage> = {},
): InboundMessage {
  return {
    type: 'message',
    waMessageId,
    from: { phone: '+5511961230001' },
    fromMe: false,
    late: false,
    at: new Date('2026-03-01T12:00:00Z'),
    content: { type: 'text', text },
    ...more,
  };
}

/** The text of a message; empty for one without. */
export function textOf({ content }: InboundMessage): string {
  return content.type === 'text' ? content.text : '';
}

/** A text of a number, in short; `at` is ISO 8601. */
export interface Said {
  waMessageId: string;
  from: string;
  text: string;
  at: string;
}

export function heard(tenantId: string, senderId: string, { waMessageId, from, text, at }: Said): HeardEvent {
  return {
    tenantId,
    senderId,
    event: written(waMessageId, text, { from: { phone: from }, at: new Date(at) }),
  };
}

/** What a sender hears is stored and worked off. */
export async function receive(
  inbound: InboundService,
  tenantId: string,
  senderId: string,
  said: readonly Said[],
): Promise<void> {
  await inbound.store(said.map((each) => heard(tenantId, senderId, each)));
  await inbound.workOff();
}
