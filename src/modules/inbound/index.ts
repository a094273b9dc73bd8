export { receiveInbound, type InboundEntry } from './inbound.jobs.js';
export { InboundService, type InboundContacts } from './inbound.service.js';
