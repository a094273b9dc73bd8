// Rows: deliveries, which are the recipients of campaigns and direct sends, and messages, with the states of both.
export type { CampaignKind, CampaignStatus } from './core/campaign-state.js';
export type { RecipientState } from './core/recipient-state.js';
export { hasAnyIn, inOrder, isIn } from './delivery-stage.js';
export { Message, type MessageState } from './message.entity.js';

// Recipients as a campaign or a direct send makes them, before anything is sent; a direct message can be cancelled.
export { assignPlaces, assignToVariants, forgetVariants } from './recipients.repository.js';
export {
  cancelMessage,
  insertDirectMessages,
  insertTestRecipients,
  type NewDirectMessage,
} from './direct.repository.js';

// Queue: takes waiting recipients for the feeder, gives them back or ends them.
export {
  claimPending,
  putBackClaimed,
  settleOrigin,
  type ClaimedRecipient,
  type FeedFrom,
} from './queue.repository.js';
export { endWaiting, skipLeftOver, type EndedRecipients } from './end-waiting.repository.js';
export { giveUpNextPending } from './give-up.repository.js';
export { FIRST_CLAIM, sendJobId } from './core/job-id.js';
export { wakeAt, wakeBehind, wakeFirst } from './core/retry.js';

// The jobs that others enqueue.
export { reconcile, recordReceipts, sendMessage } from './delivery.jobs.js';

// Send: load, claim, hand over, record the outcome.
export { DeliveryService, type DeliveryDeps } from './delivery.service.js';
export type {
  ClaimOutcome,
  ClaimRequest,
  OutcomeRecord,
  RecipientForSend,
  RecordedOutcome,
} from './delivery.types.js';
export {
  judge,
  type JudgedClaim,
  type Judgement,
  type SenderVerdict,
  type Settlement,
} from './core/settlement.js';

// Admission: windows, ceilings, budgets per sender, frequency caps, number checks.
export { isExpired, isInsideWindow } from './core/hours.js';
export { ceilingOf, rampElapsedMs, slotAfterChange, slotMs } from './core/ceiling.js';
export { countUseAnew, senderUse } from './admission/sender-budget.repository.js';
export { cappedClaim, type FrequencyCap } from './core/frequency-cap.js';
export { countOverCap, OVER_CAP } from './admission/frequency-cap.repository.js';
export { NOT_ON_WHATSAPP } from './unregistered.js';

// Pace: typing, pauses between parts and between messages.
export { humanPaceAt, humanPause, humanTyping, partTimings, totalMs } from './core/typing.js';
export type { HumanPace, PartPause, PartTiming, TypingPace } from './core/typing.js';
export { DEFAULT_DELAYS } from './core/delays.js';

// After the hand-over: unconfirmed sends, receipts, repair of what a crash left behind.
export type { MessageAttempt, UnknownChoice } from './core/attempt.js';
export { RESEND_GRACE_MS } from './core/unconfirmed.js';
export { failedByCode, retryFailed, type RetryChoice } from './retry.repository.js';
export { ReceiptService } from './receipt.service.js';
export type { ReceiptEntry } from './core/receipts.js';
export { ReconcileService } from './reconcile.service.js';

// What comes in: the message, and the recipient that it answers.
export { markLatestRecipient, storeInbound, type InboundMessage } from './inbound.repository.js';

// What is kept of a person, for merging and erasing contacts.
export { CampaignPersonRecords } from './delivery-records.repository.js';
export { MessagePersonRecords } from './message-records.repository.js';
