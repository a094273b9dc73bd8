// Rows: deliveries, which are the recipients of campaigns and of all other sources, and messages, with the states of both.
export type { DeliveryState } from './core/delivery-state.js';
export { hasAnyIn, inOrder, isIn } from './delivery-stage.js';
export { Message, type MessageDirection, type MessageState } from './message.entity.js';

// Sources: what deliveries are made for, and what delivery asks of each.
export { sendKinds, sourceKinds, type SendKind, type SourceKind } from './core/source-kind.js';
export type { ClaimRequest } from './claim.js';
export {
  type Admission,
  type DeliverySource,
  type DeliverySources,
  type NumberedClaim,
  type Policy,
  type ReturnedUse,
} from './source.js';

// Deliveries before anything is sent: those of campaigns by variant and place; sends, which are written whole.
export { assignPlaces, assignToVariants, forgetVariants } from './recipients.repository.js';
export { cancelMessage, insertSend, type NewSend, type WrittenDelivery } from './sends/send.repository.js';
export { firstJobs, writtenDelivery } from './sends/core/written-delivery.js';
export { sendSource } from './sends/send-source.js';
export { Send } from './sends/send.entity.js';
export { progressOf } from './sends/core/end-counts.js';

// Ends: what sources are told of their deliveries afterwards.
export type { DeliveryEnd } from './core/delivery-end.js';
export { DeliveryEnds } from './ends/ends.service.js';

// Queue: takes waiting recipients for the feeder, gives them back or ends them.
export {
  claimPending,
  countHeldForIdentity,
  putBackClaimed,
  settleOrigin,
  type ClaimedDelivery,
  type FeedFrom,
} from './queue.repository.js';
export { endWaiting, skipLeftOver, type EndedRecipients } from './end-waiting.repository.js';
export { giveUpNextPending } from './give-up.repository.js';
export { sendJobId } from './core/job-id.js';
export { laneAt, type SendLane } from './core/lane.js';
export { enqueueSends } from './send-jobs.js';
export { wakeAt, wakeBehind, wakeFirst } from './core/retry.js';

// The jobs that others enqueue.
export { reconcile, recordReceipts, sendMessage } from './delivery.jobs.js';

// Send: load, claim, hand over, record the outcome.
export { DeliveryService, type DeliveryDeps } from './delivery.service.js';
export type { ClaimOutcome, OutcomeRecord, LoadedDelivery, RecordedOutcome } from './delivery.types.js';
export {
  judge,
  type JudgedClaim,
  type Judgement,
  type SenderVerdict,
  type Settlement,
} from './core/settlement.js';

// Admission: hours, frequency caps, number checks.
export { closedHours, isExpired, isInsideWindow, type ClosedHours } from './core/hours.js';
export { cappedClaim, type FrequencyCap } from './core/frequency-cap.js';
export { countOverCap, OVER_CAP } from './admission/frequency-cap.repository.js';
export { NOT_ON_WHATSAPP } from './unregistered.js';

// Pace: typing, pauses between parts and between messages.
export { humanPaceAt, humanPause, humanTyping, partTimings, totalMs } from './core/typing.js';
export type { HumanPace, PartPause, PartTiming, TypingPace } from './core/typing.js';
export { DEFAULT_DELAYS } from './core/delays.js';
export { waitForHours } from './core/due.js';
export { HOURS_REASONS } from './resting.repository.js';

// After the hand-over: unconfirmed sends, receipts, repair of what a crash left behind.
export type { MessageAttempt, UnknownChoice } from './core/attempt.js';
export { RESEND_GRACE_MS } from './core/unconfirmed.js';
export { failedByCode, retryFailed, type RetryChoice } from './retry.repository.js';
export { ReceiptService } from './receipt.service.js';
export type { ReceiptEntry } from './core/receipts.js';
export { ReconcileService } from './reconcile.service.js';

// What was handed over, outside of the database: kept before each hand-over, and told to a database that was restored.
export { HandOverLog } from './hand-overs/hand-over-log.js';
export { leaveDueUnknown } from './hand-overs/leave-unknown.repository.js';
export { replayJournals } from './hand-overs/replay.js';

// What comes in: the message, and the recipient that it answers.
export {
  editReceived,
  purposeOfQuoted,
  storeOwn,
  storeReceived,
  type ReceivedMessage,
} from './inbound.repository.js';
export { lockAnswered, markOptedOut, markReplied } from './replies.repository.js';

// What is kept for so many days only.
export { DeliveryRetention } from './retention/retention.service.js';
export {
  FIRST_PLACE,
  hasRecipients,
  removeEndedRecipients,
  type RecipientPlace,
  type RemovedRecipients,
} from './retention/deliveries.repository.js';

// What is kept of a person, for merging and erasing contacts.
export { DeliveryPersonRecords } from './delivery-records.repository.js';
export { MessagePersonRecords } from './message-records.repository.js';
