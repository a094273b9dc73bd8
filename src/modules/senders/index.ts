export type { WaitReason } from './core/waiting.js';
export type { SendResult } from './core/health.js';
export { Sender, type SenderStatus } from './sender.entity.js';
export type { RecordedResult } from './health-recorder.js';
export type { SenderPool } from './reservation.repository.js';
export { changeConnection, changeConnections, type ConnectionChange } from './sender-connections.js';
export {
  SenderManager,
  type Reservation,
  type ReservationOutcome,
  type ReservationRequest,
  type SenderManagerDeps,
} from './sender-manager.js';
export type { ForecastRequest, PoolOutlook } from './pool-forecast.js';
export { SenderService, type SenderServiceDeps } from './sender.service.js';
export type { SenderChanges, SenderInput } from './sender-input.js';
export { countSendersByStatus, type SenderFilter } from './sender.repository.js';
export type { SenderStats } from './sender-stats.js';
export { CreateSenderDto, ListSendersQuery, QrQuery, UpdateSenderDto } from './sender.dto.js';
export { SenderQrResponse, SenderResponse, SenderStatsResponse } from './sender-response.dto.js';
export { presentSender, presentSenders, presentStats } from './sender.presenter.js';
