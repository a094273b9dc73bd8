// Reading messages, in and out.
export { MessageService } from './message.service.js';
export type { MessageFilter } from './message.repository.js';
export { ListMessagesQuery, MessageResponse } from './message.dto.js';
export { presentMessage, presentMessages } from './message.presenter.js';

// What was accepted with one request.
export { SendResponse } from './sends/send.dto.js';
export { presentSend } from './sends/send.presenter.js';

// Sending and cancelling direct messages.
export * from './direct/index.js';
