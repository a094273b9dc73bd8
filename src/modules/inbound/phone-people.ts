import type { Tx } from '../../db/index.js';
import type { Peer } from '../../transports/peer.js';
import { findContactId, lockContact } from './inbound.repository.js';
import type { FoundContact, InboundPeople } from './people.js';

/** The contacts module, as far as people who show their number need it. */
export interface PhoneContacts {
  upsertMany(
    tx: Tx,
    tenantId: string,
    contacts: { phone: string }[],
  ): Promise<{ id: string; phone: string }[]>;
  optOut(tx: Tx, tenantId: string, phone: string, source: 'keyword', proof: string): Promise<void>;
  optIn(tx: Tx, tenantId: string, phone: string, source: 'keyword', proof: string): Promise<void>;
}

/** People by their number. Whoever hides it is nobody here. */
export class PhonePeople implements InboundPeople {
  constructor(private readonly contacts: PhoneContacts) {}

  /** An unknown number becomes a contact: an opt-out must bind it, too. */
  async contactOfPeer(tx: Tx, tenantId: string, { phone }: Peer): Promise<FoundContact | undefined> {
    if (phone === undefined) return undefined;
    do {
      const known = await lockContact(tx, tenantId, phone);
      if (known) return { contactId: known, created: false };
      // One that was merged while its lock was waited for is another contact now.
    } while (await findContactId(tx, tenantId, phone));
    const [created] = await this.contacts.upsertMany(tx, tenantId, [{ phone }]);
    if (!created) throw new Error('A contact that was just written is not there.');
    return { contactId: created.id, created: true };
  }

  async linkPeers(): Promise<undefined> {
    return undefined;
  }

  async changeIdentity(): Promise<undefined> {
    return undefined;
  }

  async optOut(tx: Tx, tenantId: string, contactId: string, proof: string): Promise<void> {
    await this.contacts.optOut(tx, tenantId, await phoneOf(tx, contactId), 'keyword', proof);
  }

  async optIn(tx: Tx, tenantId: string, contactId: string, proof: string): Promise<void> {
    await this.contacts.optIn(tx, tenantId, await phoneOf(tx, contactId), 'keyword', proof);
  }
}

async function phoneOf(tx: Tx, contactId: string): Promise<string> {
  const rows: { phone: string }[] = await tx.query('SELECT phone FROM contacts WHERE id = $1', [contactId]);
  return rows[0]?.phone ?? '';
}
