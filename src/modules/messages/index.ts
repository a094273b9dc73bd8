// Reading messages, in and out.
export { MessageService } from './message.service.js';
export type { MessageFilter } from './message.repository.js';
export { ListMessagesQuery, MessageResponse } from './message.dto.js';
export { presentMessage, presentMessages } from './message.presenter.js';

// Sending and cancelling direct messages.
export * from './direct/index.js';
