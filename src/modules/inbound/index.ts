export { countBacklog, type InboundBacklog } from './backlog.repository.js';
export { ConversationPersonRecords } from './conversation.repository.js';
export { InboundService } from './inbound.service.js';
export type { HeardEvent } from './core/event-row.js';
export { tellBindingAgain } from './receiving/tell-again.js';
