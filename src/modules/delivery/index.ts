export { humanPause, humanPaceAt, humanTyping, partTimings, totalMs } from './core/typing.js';
export type { HumanPace, PartPause, PartTiming, TypingPace } from './core/typing.js';
export { isExpired, isInsideWindow } from './core/hours.js';
export { wakeAt, wakeBehind, wakeFirst } from './core/retry.js';
export { cappedClaim, type FrequencyCap } from './core/frequency-cap.js';
export { RESEND_GRACE_MS } from './core/unconfirmed.js';
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
  OutcomeRecord,
  RecipientForSend,
  RecordedOutcome,
} from './delivery.types.js';
export { ReceiptService } from './receipt.service.js';
export type { ReceiptEntry } from './core/receipts.js';
export {
  ReconcileService,
  type ReconcileDeps,
  type ReconcileLimits,
  type ReconcileReport,
} from './reconcile.service.js';
export type { MessageAttempt, UnknownChoice } from './core/attempt.js';
export type { RecipientState } from './core/recipient-state.js';
export { CampaignPersonRecords } from './delivery-records.repository.js';
export type { CampaignStatus, CampaignKind } from './core/campaign-state.js';
export { MessagePersonRecords } from './message-records.repository.js';
export { isIn, inOrder, hasAnyIn } from './delivery-stage.js';
export { Message, type MessageState } from './message.entity.js';
export { PARTS_OF_RECIPIENT } from './parts-of-recipient.js';
export { sendJobId } from './core/job-id.js';
export { countOverCap, OVER_CAP } from './admission/frequency-cap.repository.js';
export { countUseAnew, senderUse } from './admission/sender-budget.repository.js';
export { slotAfterChange, ceilingOf, rampElapsedMs, slotMs } from './core/ceiling.js';
export { mayHaveArrived } from './may-have-arrived.js';
export {
  claimPending,
  putBackClaimed,
  skipLeftOver,
  type ClaimedRecipient,
  endOf,
} from './queue.repository.js';
export { NOT_ON_WHATSAPP } from './unregistered.js';
export { lockRecipients } from './delivery.repository.js';
export { DEFAULT_DELAYS, type Delays } from './core/delays.js';
