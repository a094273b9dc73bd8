export { humanPause, humanPaceAt, humanTyping, partTimings, totalMs } from './core/typing.js';
export type { HumanPace, PartPause, PartTiming, TypingPace } from './core/typing.js';
export { renderRemaining } from './core/render.js';
export { mediaIdOf, readableText, type RenderedContent } from '../core/content.js';
export { isExpired, isInsideWindow } from './core/hours.js';
export { wakeAt, wakeBehind, wakeFirst } from './core/retry.js';
export { cappedClaim, type FrequencyCap } from './core/frequency-cap.js';
export { RESEND_GRACE_MS } from './core/doubt.js';
export {
  judge,
  type JudgedClaim,
  type Judgement,
  type SenderVerdict,
  type Settlement,
} from './core/settlement.js';
export { DeliveryService, type DeliveryDeps } from './delivery.service.js';
export type {
  ClaimOutcome,
  ClaimRequest,
  MessageAttempt,
  OutcomeRecord,
  RecipientForSend,
  RecordedOutcome,
} from './delivery.types.js';
export { InboundService, type InboundContacts, type InboundEntry } from './inbound.service.js';
export { ReceiptService } from './receipt.service.js';
export type { ReceiptEntry } from './core/receipts.js';
export {
  ReconcileService,
  type ReconcileDeps,
  type ReconcileLimits,
  type ReconcileReport,
} from './reconcile.service.js';
export { WaitingBoard } from './waiting-board.js';
