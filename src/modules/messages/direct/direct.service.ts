import type { Tx } from '../../../db/index.js';
import { addMs } from '../../../lib/clock.js';
import { DomainError, notFound, refuse } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { lineOf } from '../../../lib/phone-line.js';
import { inTurns } from '../../../lib/yielding-work.js';
import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import { groupMessages } from './core/grouping.js';
import { parseBulk } from './core/bulk-input.js';
import { countryError, parseMessage, type ReadMessages } from './core/direct-input.js';
import { insertCampaigns, standingOf } from './direct.repository.js';
import type { SendBulkDto, SendMessageDto } from './direct.dto.js';
import type { AcceptedBulk, AcceptedMessage, ReadyMessage, DirectDeps } from './direct.types.js';
import { DirectCheck } from './direct-check.js';
import { acceptedBulk, directRow, type DirectPerson, type StoredMessage } from './direct-rows.js';
import { errorOfRefused, tooLate } from './errors.js';
import { CampaignParts, asLiteral } from '../../content/index.js';
import {
  cancelMessage,
  DEFAULT_DELAYS,
  FIRST_CLAIM,
  insertDirectMessages,
  sendJobId,
  sendMessage,
  type NewDirectMessage,
} from '../../delivery/index.js';
import { knownNumbers } from '../../contacts/index.js';

/**
 * Messages due later than this get their job from the reconciler, so that the queue does not hold the jobs of a whole
 * year.
 */
const JOB_HORIZON_MS = 5 * 60_000;

/**
 * Messages sent without a campaign of one's own. They go through the same engine as those of campaigns: the request
 * becomes a hidden campaign of kind `direct`, whose recipients are queued at once and go before all others.
 */
export class DirectMessages {
  private readonly check: DirectCheck;
  private readonly parts: CampaignParts;

  constructor(private readonly deps: DirectDeps) {
    this.parts = new CampaignParts(deps.media);
    this.check = new DirectCheck(deps, this.parts);
  }

  /**
   * Accepts one message. Throws DomainErrors: `invalid` for wrong input, `not_possible` when the recipient opted out or
   * is suppressed, when its template lacks a value, or when there is no sender at all.
   */
  async send(
    tenantId: string,
    input: SendMessageDto,
    whenStored?: WhenStored<AcceptedMessage>,
  ): Promise<AcceptedMessage> {
    const read = parseMessage(input, this.rulesOf(input));
    const stored: WhenStored<AcceptedBulk> = async (tx, accepted) => whenStored?.(tx, onlyOne(accepted));
    return onlyOne(await this.accept(tenantId, read, { skipInvalid: false, bulk: false }, stored));
  }

  /**
   * Accepts all messages of a request or none; with `skipInvalid` it accepts those that can be sent, and lists the
   * others.
   */
  async sendBulk(
    tenantId: string,
    input: SendBulkDto,
    whenStored?: WhenStored<AcceptedBulk>,
  ): Promise<AcceptedBulk> {
    const read = await parseBulk(input, this.rulesOf(input));
    const options = { skipInvalid: input.skipInvalid ?? false, bulk: true };
    return this.accept(tenantId, read, options, whenStored);
  }

  /** Cancels a message before its hand-over; `conflict` names the state of one that cannot be cancelled any more. */
  async cancel(tenantId: string, messageId: string): Promise<void> {
    const { database } = this.deps;
    if (await database.transaction((tx) => cancelMessage(tx, tenantId, messageId))) return;
    const standing = await standingOf(database.manager, tenantId, messageId);
    if (!standing) throw notFound('message', messageId);
    throw tooLate(standing);
  }

  private rulesOf({ defaultCountry }: { defaultCountry?: string | null }) {
    refuse(countryError(defaultCountry));
    return { now: this.deps.clock.now(), defaultCountry: defaultCountry ?? this.deps.defaultCountry };
  }

  private async accept(
    tenantId: string,
    read: ReadMessages,
    options: { skipInvalid: boolean; bulk: boolean },
    whenStored?: WhenStored<AcceptedBulk>,
  ): Promise<AcceptedBulk> {
    const { ready, refused } = await this.check.run(tenantId, read);
    if (refused.length > 0 && (!options.skipInvalid || ready.length === 0)) throw errorOfRefused(refused);
    await this.refuseWithoutSenders(tenantId, ready);
    const bulkId = options.bulk ? newId() : undefined;
    const { messages, accepted } = await this.deps.database.transaction(async (tx) => {
      const stored = await this.store(tx, tenantId, ready, bulkId);
      const answer = acceptedBulk(stored, refused);
      await whenStored?.(tx, answer);
      return { messages: stored, accepted: answer };
    });
    await enqueueBestEffort(this.enqueue(tenantId, messages), this.deps.logger);
    return accepted;
  }

  private async refuseWithoutSenders(tenantId: string, messages: readonly ReadyMessage[]): Promise<void> {
    if (messages.every(({ senderId }) => senderId !== undefined)) return;
    const { total } = await this.deps.senders.findPool(tenantId, { senderIds: [], senderTags: [] });
    if (total > 0) return;
    const message = 'There are no senders yet; create one with POST /api/senders.';
    const errors = [{ path: 'senderId', message }];
    throw new DomainError('not_possible', 'no_sender_in_pool', message, { errors });
  }

  private async store(
    tx: Tx,
    tenantId: string,
    ready: readonly ReadyMessage[],
    bulkId: string | undefined,
  ): Promise<StoredMessage[]> {
    await this.parts.lockFiles(
      tx,
      tenantId,
      ready.map(({ part }) => part),
    );
    const literal = ready.map((message) =>
      message.template ? message : { ...message, ...asLiteral(message.part) },
    );
    const groups = groupMessages(literal).map((messages) => ({ campaignId: newId(), messages }));
    await this.insertCampaigns(tx, tenantId, groups);
    const people = await this.peopleOf(tx, tenantId, literal);
    const all = groups.flatMap(({ campaignId, messages }) =>
      messages.map((message) => ({ campaignId, message })),
    );
    const rows = await inTurns(all, ({ campaignId, message }) => ({
      ...directRow(message, people.get(lineOf(message.phone))),
      campaignId,
      index: message.index,
    }));
    const stored = rows.map((row) => ({ ...row, sendId: bulkId ?? row.id }));
    await insertDirectMessages(tx, tenantId, stored);
    return stored;
  }

  private async insertCampaigns(
    tx: Tx,
    tenantId: string,
    groups: readonly { campaignId: string; messages: ReadyMessage[] }[],
  ): Promise<void> {
    const now = this.deps.clock.now();
    const campaigns = groups.flatMap(({ campaignId: id, messages }) => {
      const [first] = messages;
      if (!first) return [];
      return {
        id,
        tenantId,
        name: 'Direct messages',
        kind: 'direct' as const,
        status: 'running' as const,
        parts: [first.part],
        pool: { senderIds: first.senderId === undefined ? [] : [first.senderId], senderTags: [] },
        ...(this.deps.delays ?? DEFAULT_DELAYS),
        totalRecipients: messages.length,
        // Before the first of campaigns: those that want the same senders let direct messages go first.
        priority: 0,
        scheduledAt: first.sendAt ?? null,
        createdAt: now,
        startedAt: now,
        updatedAt: now,
      };
    });
    await insertCampaigns(tx, campaigns);
  }

  /** The contacts of these numbers by line, made where there are none. */
  private async peopleOf(
    tx: Tx,
    tenantId: string,
    messages: readonly ReadyMessage[],
  ): Promise<Map<string, DirectPerson>> {
    const contacts = messages.map(({ phone, name }) => (name === null ? { phone } : { phone, name }));
    const made = await this.deps.contacts.upsertMany(tx, tenantId, contacts);
    const known = await knownNumbers(
      tx,
      tenantId,
      made.map(({ phone }) => phone),
    );
    return new Map(
      known.flatMap(({ line, contactId, phone, name, attributes }) =>
        contactId === null ? [] : [[line, { id: contactId, phone, name, attributes }]],
      ),
    );
  }

  private enqueue(tenantId: string, messages: readonly NewDirectMessage[]): Promise<void> {
    const now = this.deps.clock.now();
    const horizon = addMs(now, JOB_HORIZON_MS);
    const due = messages.filter(({ sendAt }) => sendAt === null || sendAt <= horizon);
    return this.deps.queue.enqueueMany(
      sendMessage,
      due.map(({ recipientId, campaignId, sendAt }) => ({
        payload: { tenantId, campaignId, recipientId },
        // Without a priority a job goes before all that have one: the jobs of campaigns.
        options: {
          id: sendJobId(recipientId, FIRST_CLAIM),
          ...(sendAt && { delayMs: sendAt.getTime() - now.getTime() }),
        },
      })),
    );
  }
}

/** Runs in the transaction that stores the messages: what it writes is there exactly when they are. */
type WhenStored<Answer> = (tx: Tx, answer: Answer) => Promise<void>;

function onlyOne({ messages: [message] }: AcceptedBulk): AcceptedMessage {
  if (!message) throw new Error('A message was neither accepted nor refused.');
  return message;
}
