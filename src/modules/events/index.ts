export type { CampaignEventKind, NewEvent, SenderEventKind } from './core/catalog.js';
export {
  CampaignEventResponse,
  CampaignEventsQuery,
  SenderEventResponse,
  SenderEventsQuery,
} from './event.dto.js';
export { presentLog } from './event.presenter.js';
export { forgetSequence, writeEvents } from './event.repository.js';
export { EventOutbox } from './event-outbox.js';
export { EventUpkeep } from './event-upkeep.js';
export { readLog, type LogEntry, type LogQuery } from './log.repository.js';
