import { systemClock } from '../lib/clock.js';
import { AnsweredRequestRecords } from '../modules/auth/index.js';
import {
  BulkEditService,
  ConsentService,
  ContactExportService,
  IdentityService,
  MergeService,
  NumberCheckService,
  PersonService,
  type AttributeNames,
  type ContactService,
} from '../modules/contacts/index.js';
import type { TransportName, TransportRegistry } from '../transports/transport.js';
import type { ServiceInputs } from './inputs.js';
import { AudiencePersonRecords } from '../modules/campaigns/index.js';
import { DeliveryPersonRecords, MessagePersonRecords } from '../modules/delivery/index.js';
import { ConversationPersonRecords } from '../modules/inbound/index.js';

/** Everything around a contact that is more than its row. */
export function createContactServices(
  { config, logger, infrastructure, transports }: ServiceInputs,
  contacts: ContactService,
  attributeNames: AttributeNames,
) {
  const { database, queue } = infrastructure;
  const clock = systemClock;
  // In the order in which everything locks: campaigns, then deliveries, then messages.
  const records = [
    new AudiencePersonRecords(),
    new DeliveryPersonRecords(),
    new MessagePersonRecords(),
    new ConversationPersonRecords(),
    new AnsweredRequestRecords(),
  ];
  return {
    consents: new ConsentService({ database, clock }),
    bulkEdits: new BulkEditService({ database, queue, contacts, clock, logger, attributeNames }),
    identities: new IdentityService({ clock, logger, records }),
    merges: new MergeService({ database, clock, contacts, records }),
    people: new PersonService({ database, clock, records }),
    contactExports: new ContactExportService({ database, contacts }),
    numberChecks: new NumberCheckService({
      database,
      queue,
      clock,
      logger,
      transports: checkingTransports(transports),
      defaultCountry: config.campaigns.defaultCountry,
    }),
  };
}

/** The transports whose sessions can tell whether a number is on WhatsApp. */
export function checkingTransports(transports: TransportRegistry): TransportName[] {
  return Object.values(transports)
    .filter(({ capabilities }) => capabilities.numberCheck)
    .map(({ name }) => name);
}
