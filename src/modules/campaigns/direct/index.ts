export type { AcceptedBulk, AcceptedMessage } from './direct.types.js';
export { DirectMessages, type DirectDeps } from './direct.service.js';
export { AcceptedBulkResponse, AcceptedMessageResponse, SendBulkDto, SendMessageDto } from './direct.dto.js';
export { presentAccepted, presentAcceptedBulk } from './direct.presenter.js';
