export { ListMessagesQuery, MessageResponse } from './message.dto.js';
export { presentMessage, presentMessages } from './message.presenter.js';
export type { MessageFilter } from './message.repository.js';
export { MessageService } from './message.service.js';
export * from './direct/index.js';
