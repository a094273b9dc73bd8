import type { QueryDeepPartialEntity } from 'typeorm';
import type { Tx } from '../../src/db/index.js';
import { newId } from '../../src/lib/ids.js';
import { User } from '../../src/modules/auth/auth.entity.js';
import { hashPassword } from '../../src/modules/auth/passwords.js';
import { Campaign } from '../../src/modules/campaigns/campaign.entity.js';
import { lineOf } from '../../src/lib/phone-line.js';
import { NumberCheck } from '../../src/modules/contacts/checks/number-check.entity.js';
import { ContactList } from '../../src/modules/contacts/contact-list.entity.js';
import { Contact } from '../../src/modules/contacts/contact.entity.js';
import { Suppression } from '../../src/modules/contacts/suppression.entity.js';
import { Delivery } from '../../src/modules/delivery/delivery.entity.js';
import { Conversation } from '../../src/modules/inbound/conversation.entity.js';
import { Message } from '../../src/modules/delivery/message.entity.js';
import { Sender } from '../../src/modules/senders/sender.entity.js';
import { Session } from '../../src/modules/sessions/session.entity.js';
import { TenantSettings } from '../../src/modules/tenants/tenant-settings.entity.js';

/**
 * Rows that tests start from, where going through the services would take a test away from its subject. What a test does
 * not name has a plain default. Each function returns the id of its row.
 */

type Id = string;
type Values<Row> = Partial<Row>;

async function insert<Row extends object>(tx: Tx, entity: new () => Row, values: Values<Row>): Promise<void> {
  await tx.insert(entity, values as QueryDeepPartialEntity<Row>);
}

export async function insertUser(
  tx: Tx,
  tenantId: Id,
  { password, ...values }: Values<User> & { password: string },
): Promise<Id> {
  const id = values.id ?? newId();
  await insert(tx, User, { ...values, id, tenantId, passwordHash: await hashPassword(password) });
  return id;
}

/** On the simulator, not connected yet. */
export async function insertSender(tx: Tx, tenantId: Id, values: Values<Sender> = {}): Promise<Id> {
  const id = values.id ?? newId();
  await insert(tx, Sender, { name: id, transport: 'simulator', ...values, id, tenantId });
  return id;
}

/** The connected session of a sender. */
export async function insertSession(
  tx: Tx,
  tenantId: Id,
  values: Values<Session> & { senderId: Id },
): Promise<void> {
  await insert(tx, Session, { desiredState: 'connected', ...values, tenantId });
}

export async function insertContact(
  tx: Tx,
  tenantId: Id,
  values: Values<Contact> & { phone: string },
): Promise<Id> {
  const id = values.id ?? newId();
  await insert(tx, Contact, { ...values, id, tenantId });
  return id;
}

/** A person wrote to a sender. */
export async function insertConversation(
  tx: Tx,
  tenantId: Id,
  values: Values<Conversation> & { contactId: Id; senderId: Id; lastInboundAt: Date },
): Promise<void> {
  await insert(tx, Conversation, { ...values, tenantId });
}

export async function insertList(tx: Tx, tenantId: Id, values: Values<ContactList> = {}): Promise<Id> {
  const id = values.id ?? newId();
  await insert(tx, ContactList, { name: id, ...values, id, tenantId });
  return id;
}

export async function insertSuppressions(
  tx: Tx,
  tenantId: Id,
  phones: readonly string[],
  values: Values<Suppression> = {},
): Promise<void> {
  for (const phone of phones)
    await insert(tx, Suppression, { ...values, id: newId(), tenantId, address: phone });
}

/** Not found on WhatsApp just now, unless said otherwise. */
export async function insertNumberCheck(
  tx: Tx,
  tenantId: Id,
  { phone, ...values }: Values<NumberCheck> & { phone: string },
): Promise<void> {
  const row = { onWhatsApp: false, checkedAt: new Date(), ...values, line: lineOf(phone), tenantId };
  await insert(tx, NumberCheck, row);
}

/** Makes or changes the tenant's settings. */
export async function saveSettings(tx: Tx, tenantId: Id, values: Values<TenantSettings>): Promise<void> {
  const row = { ...values, tenantId } as QueryDeepPartialEntity<TenantSettings>;
  await tx.upsert(TenantSettings, row, ['tenantId']);
}

/** A draft of one text, without pauses, for every sender of the tenant. */
export async function insertCampaign(tx: Tx, tenantId: Id, values: Values<Campaign> = {}): Promise<Id> {
  const id = values.id ?? newId();
  await insert(tx, Campaign, {
    name: 'Test',
    status: 'draft',
    parts: [{ type: 'text', content: 'Hi' }],
    pool: { senderIds: [], senderTags: [] },
    minDelay: 0,
    maxDelay: 0,
    totalRecipients: 0,
    ...values,
    id,
    tenantId,
  });
  return id;
}

/** As the feeder leaves it, with the parts of its variant. */
export async function insertRecipient(
  tx: Tx,
  tenantId: Id,
  values: Values<Delivery> & { campaignId: Id; contactId: Id; phone: string },
): Promise<Id> {
  const id = values.id ?? newId();
  const parts = values.parts ?? (await partsOf(tx, values.campaignId, values.variant ?? 0));
  await insert(tx, Delivery, { ...values, parts, id, tenantId });
  return id;
}

async function partsOf(tx: Tx, campaignId: Id, variant: number): Promise<number> {
  const campaign = await tx.findOneByOrFail(Campaign, { id: campaignId });
  return (campaign.variants?.[variant]?.parts ?? campaign.parts).length;
}

/** A sent text. */
export async function insertMessage(tx: Tx, tenantId: Id, values: Values<Message> = {}): Promise<Id> {
  const id = values.id ?? newId();
  await insert(tx, Message, { direction: 'out', type: 'text', state: 'sent', ...values, id, tenantId });
  return id;
}
