import type {
  Capabilities,
  OutboundMessage,
  SendOutcome,
  Transport,
  TransportSession,
} from '../../src/transports/transport.js';

type Answer = (message: OutboundMessage) => SendOutcome | Promise<SendOutcome>;

/** The far side of one sender: returns the scripted outcomes of sends (the last one repeats) and keeps what it was handed. */
export class ScriptedSession implements TransportSession {
  readonly handed: OutboundMessage[] = [];
  private readonly script: Answer[] = [];
  private allocated = 0;
  readonly transport: 'simulator' | 'waha';

  constructor(
    readonly senderId: string,
    private readonly options: { allocatesIds?: boolean; transport?: 'simulator' | 'waha' } = {},
  ) {
    this.transport = options.transport ?? 'simulator';
  }

  answer(...answers: (SendOutcome | Answer)[]): this {
    this.script.push(...answers.map((answer) => (typeof answer === 'function' ? answer : () => answer)));
    return this;
  }

  /** Forgets the answer that is next. */
  skip(): void {
    this.script.shift();
  }

  async send(message: OutboundMessage): Promise<SendOutcome> {
    this.handed.push(message);
    const answer = this.script.length > 1 ? this.script.shift() : this.script[0];
    return (answer ?? accept)(message);
  }

  allocateMessageId(): string | undefined {
    this.allocated += 1;
    return this.options.allocatesIds === false ? undefined : `wa-${this.senderId}-${this.allocated}`;
  }

  get texts(): string[] {
    return this.handed.map(({ content }) => (content.type === 'text' ? content.text : `(${content.type})`));
  }

  connect = (): Promise<void> => Promise.resolve();
  disconnect = (): Promise<void> => Promise.resolve();
  logout = (): Promise<void> => Promise.resolve();
  showTyping = (): Promise<void> => Promise.resolve();
  probe = (): Promise<boolean> => Promise.resolve(true);
}

export const accept: Answer = (message) => ({
  kind: 'sent',
  waMessageId:
    message.waMessageId ?? `net-${message.to.phone ?? message.to.lid}-${message.reference?.part ?? 0}`,
  at: new Date(),
});

export const capabilities: Capabilities = {
  idempotentIds: true,
  addresses: ['phone', 'lid'],
  messageTypes: ['text', 'image', 'video', 'audio', 'voice', 'document', 'location', 'contact', 'poll'],
  typing: true,
  receipts: true,
  numberCheck: true,
  pairingCode: false,
  needsSession: true,
};

/** Only its name and capabilities are ever asked for. */
export function transportNamed(name: Transport['name'], changes: Partial<Capabilities> = {}): Transport {
  return {
    name,
    capabilities: { ...capabilities, ...changes },
    validateConfig: () => [],
    openSession: () => {
      throw new Error('These tests open no sessions.');
    },
    close: () => Promise.resolve(),
  };
}
