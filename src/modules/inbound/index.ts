export { InboundService, type InboundContacts, type InboundEntry } from './inbound.service.js';
