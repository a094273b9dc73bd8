import type { Database, Tx } from '../../db/index.js';
import type { Clock } from '../../lib/clock.js';
import type { Logger } from '../../lib/logger.js';
import { keywordOf, possibleKeyword } from './core/keywords.js';
import type { InboundEntry } from './inbound.jobs.js';
import { saveLastSenders } from '../contacts/index.js';
import { markLatestRecipient, storeInbound, type InboundMessage } from '../delivery/index.js';
import { tenantWords, type WordKind } from '../tenants/index.js';
import { noteInbound } from './conversation.repository.js';
import { findContactId, lockContact } from './inbound.repository.js';

/** The contacts module, as far as incoming messages need it. */
export interface InboundContacts {
  upsertMany(
    tx: Tx,
    tenantId: string,
    contacts: { phone: string }[],
  ): Promise<{ id: string; phone: string }[]>;
  optOut(tx: Tx, tenantId: string, phone: string, source: 'keyword', proof: string): Promise<void>;
  optIn(tx: Tx, tenantId: string, phone: string, source: 'keyword', proof: string): Promise<void>;
}

const E164 = /^\+[1-9]\d{4,14}$/;

/** Messages that come in at the tenants' senders. */
export class InboundService {
  constructor(
    private readonly deps: { database: Database; contacts: InboundContacts; clock: Clock; logger: Logger },
  ) {}

  /**
   * Stores each message once, in order, and reacts to it in the same transaction: an opt-out or opt-in keyword binds
   * from then on; anything else is the reply of the campaign recipient that was written to last.
   */
  async receive(tenantId: string, senderId: string, entries: readonly InboundEntry[]): Promise<void> {
    for (const entry of entries) {
      const message = this.read(tenantId, senderId, entry);
      if (message) await this.deps.database.transaction((tx) => this.take(tx, message));
    }
  }

  /** Undefined for an entry that cannot be stored; the entries after it are not affected. */
  private read(tenantId: string, senderId: string, entry: InboundEntry): InboundMessage | undefined {
    const { waMessageId, text } = entry;
    const readable = typeof waMessageId === 'string' && waMessageId !== '' && typeof text === 'string';
    if (!readable || waMessageId.includes('\u0000') || !E164.test(entry.from)) {
      this.deps.logger.warn({ senderId }, 'dropped an incoming message without an id or a phone number');
      return undefined;
    }
    const at = new Date(entry.at);
    return {
      tenantId,
      senderId,
      waMessageId,
      from: entry.from,
      // PostgreSQL's text cannot hold the NUL character.
      text: text.replaceAll('\u0000', ''),
      at: Number.isNaN(at.getTime()) ? this.deps.clock.now() : at,
    };
  }

  private async take(tx: Tx, message: InboundMessage): Promise<void> {
    const contactId = await this.contactOf(tx, message);
    if (!(await storeInbound(tx, message, contactId))) return;
    // The sender written to last becomes the contact's last sender.
    await saveLastSenders(tx, [{ ...message, contactId }]);
    await noteInbound(tx, { ...message, contactId });
    const { contacts } = this.deps;
    const proof = `WhatsApp message ${message.waMessageId}`;
    switch (await this.keyword(tx, message)) {
      case 'opt_out':
        await contacts.optOut(tx, message.tenantId, message.from, 'keyword', proof);
        return markLatestRecipient(tx, message, contactId, 'opted_out_at');
      case 'opt_in':
        return contacts.optIn(tx, message.tenantId, message.from, 'keyword', proof);
      case undefined:
        return markLatestRecipient(tx, message, contactId, 'replied_at');
    }
  }

  /** The tenant's words are asked for only where the text may be one. */
  private async keyword(tx: Tx, { tenantId, text }: InboundMessage): Promise<WordKind | undefined> {
    if (possibleKeyword(text) === undefined) return undefined;
    return keywordOf(text, await tenantWords(tx, tenantId));
  }

  /**
   * Locked, before anything else is: whoever changes what is stored of contacts locks them first. An unknown number becomes a
   * contact: an opt-out must bind it, too.
   */
  private async contactOf(tx: Tx, message: InboundMessage): Promise<string> {
    do {
      const known = await lockContact(tx, message.tenantId, message.from);
      if (known) return known;
      // One that was merged while its lock was waited for is another contact now.
    } while (await findContactId(tx, message.tenantId, message.from));
    const [created] = await this.deps.contacts.upsertMany(tx, message.tenantId, [{ phone: message.from }]);
    if (!created) throw new Error('A contact that was just written is not there.');
    return created.id;
  }
}
