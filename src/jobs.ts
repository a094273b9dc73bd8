import { feedCampaign, startDueCampaigns, tellStalled } from './modules/campaigns/campaign.jobs.js';
import {
  checkNumbers,
  editContacts,
  forgetAttributeNames,
  importContacts,
} from './modules/contacts/contact.jobs.js';
import {
  reconcile,
  recordReceipts,
  sendAnswer,
  sendMessage,
  tellEnds,
} from './modules/delivery/delivery.jobs.js';
import { keepEvents, publishEvents } from './modules/events/event.jobs.js';
import { markInstallation } from './modules/installation/installation.jobs.js';
import { forgetEvents } from './modules/inbound/inbound.jobs.js';
import { recoverSenders, syncSession } from './modules/senders/sender.jobs.js';
import { applyRetention } from './modules/tenants/tenant.jobs.js';

/**
 * Every job of the engine, named once. Modules declare them in their `*.jobs.ts`; src/runtime/worker-role.ts gives each
 * its handler under the same name. A job without a handler, a handler without a job and two jobs of one name stop the
 * start.
 */
export const jobCatalog = {
  sendMessage,
  sendAnswer,
  recordReceipts,
  reconcile,
  tellEnds,
  forgetEvents,
  feedCampaign,
  startDueCampaigns,
  tellStalled,
  importContacts,
  editContacts,
  checkNumbers,
  forgetAttributeNames,
  syncSession,
  recoverSenders,
  applyRetention,
  markInstallation,
  publishEvents,
  keepEvents,
};
