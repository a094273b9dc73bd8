export { DirectMessages } from './direct.service.js';
export type { AcceptedBulk, AcceptedMessage, DirectDeps } from './direct.types.js';
export { AcceptedBulkResponse, AcceptedMessageResponse, SendBulkDto, SendMessageDto } from './direct.dto.js';
export { presentAccepted, presentAcceptedBulk } from './direct.presenter.js';
