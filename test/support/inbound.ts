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
