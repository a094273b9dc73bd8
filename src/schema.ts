import {
  ApiKey,
  IdempotencyKey,
  KeptAnswerBytes,
  RateLimit,
  RefreshToken,
  User,
} from './modules/auth/auth.entity.js';
import { Delivery } from './modules/delivery/delivery.entity.js';
import { DeliveryEndRow } from './modules/delivery/ends/delivery-end.entity.js';
import { Send } from './modules/delivery/sends/send.entity.js';
import { CampaignCount } from './modules/campaigns/campaign-count.entity.js';
import { CampaignSenderCount } from './modules/campaigns/campaign-sender-count.entity.js';
import { CampaignSenderUse } from './modules/campaigns/sending/sender-use.entity.js';
import { MessageCount } from './modules/campaigns/message-count.entity.js';
import { Campaign } from './modules/campaigns/campaign.entity.js';
import { ContactList, ContactListMember } from './modules/contacts/contact-list.entity.js';
import { ContactBulkEdit } from './modules/contacts/bulk/bulk-edit.entity.js';
import {
  NumberCheck,
  NumberCheckItem,
  NumberCheckRun,
} from './modules/contacts/checks/number-check.entity.js';
import { ContactConsent } from './modules/contacts/consent/consent.entity.js';
import { ContactChange } from './modules/contacts/identities/contact-change.entity.js';
import { ContactIdentity } from './modules/contacts/identities/identity.entity.js';
import { ContactSender } from './modules/contacts/contact-sender.entity.js';
import { ContactAttributeName } from './modules/contacts/attribute-name.entity.js';
import { Contact } from './modules/contacts/contact.entity.js';
import { Import, ImportPhone, ImportRejection } from './modules/contacts/import/import.entity.js';
import { Suppression } from './modules/contacts/suppression.entity.js';
import { Conversation } from './modules/inbound/conversation.entity.js';
import { EventLogRow, EventPosition, EventRow, EventSequence } from './modules/events/event.entity.js';
import { InboundEventRow } from './modules/inbound/inbound-event.entity.js';
import { Installation } from './modules/installation/installation.entity.js';
import { Media } from './modules/media/media.entity.js';
import { Message } from './modules/delivery/message.entity.js';
import { MessageTextMark } from './modules/delivery/retention/text-mark.entity.js';
import { Segment } from './modules/segments/segment.entity.js';
import { Sender } from './modules/senders/sender.entity.js';
import { SenderSlotRow, SenderTag } from './modules/senders/sender-slot.entity.js';
import { SenderResults, SenderTotal } from './modules/senders/sender-totals.entity.js';
import { Session } from './modules/sessions/session.entity.js';
import { Template } from './modules/templates/template.entity.js';
import { TenantSettings } from './modules/tenants/tenant-settings.entity.js';
import { Tenant } from './modules/tenants/tenant.entity.js';
import { TenantUsage } from './modules/tenants/usage.entity.js';
import { JobStart } from './modules/workers/job-start.entity.js';
import { WorkerProcess } from './modules/workers/worker.entity.js';
import { allMigrations } from '../migrations/index.js';

/** Every table, named once: for the DataSource, the migration check and the tests. */
export const entities = [
  Tenant,
  User,
  ApiKey,
  RefreshToken,
  IdempotencyKey,
  KeptAnswerBytes,
  RateLimit,
  Contact,
  ContactList,
  ContactListMember,
  ContactAttributeName,
  Suppression,
  Import,
  ImportPhone,
  ImportRejection,
  Sender,
  SenderSlotRow,
  SenderTag,
  SenderResults,
  SenderTotal,
  Session,
  WorkerProcess,
  JobStart,
  Campaign,
  Send,
  Delivery,
  DeliveryEndRow,
  CampaignCount,
  CampaignSenderCount,
  CampaignSenderUse,
  MessageCount,
  Message,
  MessageTextMark,
  Conversation,
  InboundEventRow,
  Installation,
  Media,
  Template,
  Segment,
  TenantSettings,
  TenantUsage,
  ContactConsent,
  ContactChange,
  ContactIdentity,
  ContactSender,
  NumberCheck,
  NumberCheckRun,
  NumberCheckItem,
  ContactBulkEdit,
  EventRow,
  EventSequence,
  EventPosition,
  EventLogRow,
];

export const migrations = allMigrations;
