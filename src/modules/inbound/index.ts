export { receiveInbound, type InboundEntry } from './inbound.jobs.js';
export { ConversationPersonRecords } from './conversation.repository.js';
export { InboundService, type InboundContacts } from './inbound.service.js';
