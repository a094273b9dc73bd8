export { ConversationPersonRecords } from './conversation.repository.js';
export { InboundService } from './inbound.service.js';
export { PhonePeople } from './phone-people.js';
export type { HeardEvent } from './core/event-row.js';
