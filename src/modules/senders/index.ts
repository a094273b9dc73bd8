export type { WaitReason } from './core/waiting.js';
export type { SendResult } from './core/health.js';
export type { SenderStatus } from './sender.entity.js';
export type { RecordedResult } from './health-recorder.js';
export { changeConnection, changeConnections, type ConnectionChange } from './sender-connections.js';
export type {
  AnswerRequest,
  Reservation,
  ReservationOutcome,
  ReservationRequest,
} from './reservation.types.js';
export { syncSession } from './sender.jobs.js';
export { SenderManager, type SenderManagerDeps } from './sender-manager.js';
export type { ForecastRequest, ForecastedPool } from './pool-forecast.js';
export { SenderService, type SenderServiceDeps } from './sender.service.js';
export type { SenderChanges, SenderInput } from './sender-input.js';
export { countSendersByStatus, type SenderFilter } from './sender.repository.js';
export type { SenderStats } from './sender-stats.js';
export { CreateSenderDto, ListSendersQuery, QrQuery, UpdateSenderDto } from './sender.dto.js';
export { SenderQrResponse, SenderResponse, SenderStatsResponse } from './sender-response.dto.js';
export { presentSender, presentSenders, presentStats } from './sender.presenter.js';
export type { SenderPool } from './pool.js';
export { refuseEmptyPool } from './pool-check.js';
export { unknownSenders } from './known-senders.repository.js';
