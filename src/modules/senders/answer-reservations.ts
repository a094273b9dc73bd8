import { Batcher } from '../../lib/batcher.js';
import { lockAnswering, writeAnswers, type AnsweringRow } from './answer.repository.js';
import { addressing, carriersOf } from './carriers.js';
import { decideAnswer } from './core/answer.js';
import { giveBackToWindow, type QuotaWindow } from './core/quota.js';
import { hostedElsewhere } from './hosted-elsewhere.js';
import { AT_ONCE, COALESCING, type ReservationBatcherDeps } from './reservation-batcher.js';
import type { AnswerRequest, Reservation, ReservationOutcome } from './reservation.types.js';

/**
 * Reserves senders for answers. Each names the one sender that the person wrote to, so there is nothing to choose: the rows
 * of all senders of a batch are locked, and those that can answer are counted up. Nothing that paces other messages is
 * read or written, so that answers neither wait for campaigns nor slow them down.
 */
export class AnswerReservations {
  private readonly requests: Batcher<AnswerRequest, ReservationOutcome>;
  private readonly releases: Batcher<Reservation, void>;

  constructor(private readonly deps: ReservationBatcherDeps) {
    this.requests = new Batcher((batch) => this.reserveBatch(batch), AT_ONCE);
    this.releases = new Batcher((batch) => this.releaseBatch(batch), COALESCING);
  }

  reserve(request: AnswerRequest): Promise<ReservationOutcome> {
    const reserve = (): Promise<ReservationOutcome> => this.requests.add(request);
    return this.deps.rightOfWay?.urgently(reserve) ?? reserve();
  }

  release(reservation: Reservation): Promise<void> {
    return this.releases.add(reservation);
  }

  private reserveBatch(batch: AnswerRequest[]): Promise<ReservationOutcome[]> {
    const { database, clock, workerId } = this.deps;
    return database.transaction(async (tx) => {
      const rows = await lockAnswering(tx, senderIdsOf(batch), workerId);
      // Asked once the rows are locked: what others took meanwhile was taken before this.
      const now = clock.now();
      const senders = new Map(rows.map((row) => [row.id, row]));
      const taken = new Map<string, QuotaWindow>();
      const outcomes = batch.map((request) => {
        const row = senders.get(request.senderId);
        const sender = row && { ...row, answers: taken.get(row.id) ?? row.answers };
        return this.outcomeOf(request, sender, taken, now);
      });
      await writeAnswers(tx, [...taken]);
      return outcomes;
    });
  }

  private outcomeOf(
    { tenantId, senderId, messages, messageTypes, reachedBy }: AnswerRequest,
    sender: AnsweringRow | undefined,
    taken: Map<string, QuotaWindow>,
    now: Date,
  ): ReservationOutcome {
    if (sender?.tenantId !== tenantId) return { kind: 'none', reason: 'no_sender_in_pool' };
    const { transports } = this.deps;
    const supported = carriersOf(transports, messageTypes).includes(sender.transport);
    const reaches = addressing(transports, [sender.transport], reachedBy).length > 0;
    const decision = decideAnswer({ ...sender, supported, reaches }, messages, now);
    switch (decision.kind) {
      case 'reserved':
        taken.set(senderId, decision.answers);
        return { kind: 'reserved', senderId, reservedAt: now, messages: decision.messages, answer: true };
      case 'later':
        return { ...decision, reason: 'quota_used_up' };
      case 'elsewhere':
        return hostedElsewhere(this.deps.random, now);
      case 'none':
        return decision;
    }
  }

  private releaseBatch(batch: Reservation[]): Promise<void[]> {
    return this.deps.database.transaction(async (tx) => {
      const rows = await lockAnswering(tx, senderIdsOf(batch), undefined);
      const windows = new Map(rows.map(({ id, answers }) => [id, answers]));
      for (const { senderId, messages, reservedAt } of batch) {
        const window = windows.get(senderId);
        if (window) windows.set(senderId, giveBackToWindow(window, messages, reservedAt));
      }
      await writeAnswers(tx, [...windows]);
      return batch.map(() => undefined);
    });
  }
}

function senderIdsOf(batch: readonly { senderId: string }[]): string[] {
  return [...new Set(batch.map(({ senderId }) => senderId))];
}
