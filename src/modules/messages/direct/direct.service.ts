import type { Tx } from '../../../db/index.js';
import { missingIds } from '../../../db/missing-ids.js';
import { DomainError, notFound, refuse } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { lineOf } from '../../../lib/phone-line.js';
import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import { knownNumbers, type KnownNumber } from '../../contacts/index.js';
import { CampaignParts } from '../../content/index.js';
import {
  cancelMessage,
  DEFAULT_DELAYS,
  enqueueSends,
  firstJobs,
  insertSend,
  type NewSend,
} from '../../delivery/index.js';
import type { Purpose } from '../../tenants/index.js';
import { parseBulk } from './core/bulk-input.js';
import { countryError, parseMessage, type ReadMessages } from './core/direct-input.js';
import { DirectCheck } from './direct-check.js';
import {
  acceptedBulk,
  directDelivery,
  messageIdOf,
  type DirectDelivery,
  type DirectPerson,
  lastSendAt,
} from './direct-rows.js';
import type { SendBulkDto, SendMessageDto } from './direct.dto.js';
import { standingOf } from './direct.repository.js';
import type { AcceptedBulk, AcceptedMessage, ReadyMessage, DirectDeps } from './direct.types.js';
import { errorOfRefused, tooLate } from './errors.js';

/**
 * Messages sent without a campaign. They go through the same engine as those of campaigns: each is a delivery of its
 * request, written when it is accepted, queued at once, and goes before campaigns.
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
    { whenStored, signal }: RequestHooks<AcceptedMessage> = {},
  ): Promise<AcceptedMessage> {
    const read = parseMessage(input, this.rulesOf(input));
    const stored: WhenStored<AcceptedBulk> = async (tx, accepted) =>
      whenStored?.(tx, onlyOne(accepted.messages));
    const { messages } = await this.accept(
      tenantId,
      read,
      { skipInvalid: false, bulk: false, purpose: input.purpose },
      { whenStored: stored, signal },
    );
    return onlyOne(messages);
  }

  /**
   * Accepts all messages of a request or none; with `skipInvalid` it accepts those that can be sent, and lists the
   * others.
   */
  async sendBulk(
    tenantId: string,
    input: SendBulkDto,
    hooks: RequestHooks<AcceptedBulk> = {},
  ): Promise<AcceptedBulk> {
    const read = await parseBulk(input, this.rulesOf(input));
    const options = { skipInvalid: input.skipInvalid ?? false, bulk: true, purpose: input.purpose };
    return this.accept(tenantId, read, options, hooks);
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
    options: { skipInvalid: boolean; bulk: boolean; purpose?: Purpose | null },
    { whenStored, signal }: RequestHooks<AcceptedBulk>,
  ): Promise<AcceptedBulk> {
    const purpose = options.purpose ?? 'service';
    const { ready, refused } = await this.check.run(tenantId, read, purpose, signal);
    if (refused.length > 0 && (!options.skipInvalid || ready.length === 0)) throw errorOfRefused(refused);
    await this.refuseWithoutSenders(tenantId, ready);
    const { deliveries, accepted } = await this.deps.database.transaction(async (tx) => {
      const made = await this.deliveriesOf(tx, tenantId, ready, purpose);
      const id = options.bulk ? newId() : onlyOne(made.map(messageIdOf));
      await insertSend(tx, tenantId, { id, ...this.terms(purpose) }, made);
      const answer = acceptedBulk(id, made, refused);
      await whenStored?.(tx, answer);
      return { deliveries: made, accepted: answer };
    });
    await enqueueBestEffort(this.enqueue(tenantId, deliveries), this.deps.logger);
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

  /** What all messages of a request have in common. */
  private terms(purpose: Purpose): Omit<NewSend, 'id'> {
    return {
      source: 'direct',
      purpose,
      pool: { senderIds: [], senderTags: [] },
      stickySender: true,
      ...(this.deps.delays ?? DEFAULT_DELAYS),
    };
  }

  /** For the contacts of these numbers, which are made where there are none. */
  private async deliveriesOf(
    tx: Tx,
    tenantId: string,
    ready: readonly ReadyMessage[],
    purpose: Purpose,
  ): Promise<DirectDelivery[]> {
    const now = this.deps.clock.now();
    await this.parts.lockFiles(
      tx,
      tenantId,
      ready.map(({ part }) => part),
      { until: lastSendAt(ready) },
    );
    const people = await this.peopleOf(tx, tenantId, ready, purpose);
    return ready.map((message) => directDelivery(message, people.of(message), { purpose, now }));
  }

  /**
   * The recipients as they are in this transaction, each at the number that was asked for, which may be one of several of the
   * contact. A number without a contact gets one; an answer goes to the contact who wrote.
   */
  private async peopleOf(
    tx: Tx,
    tenantId: string,
    messages: readonly ReadyMessage[],
    purpose: Purpose,
  ): Promise<{ of(message: ReadyMessage): DirectPerson | undefined }> {
    const contacts = messages
      .filter(({ answered }) => !answered)
      .map(({ phone, name }) => (name === null ? { phone } : { phone, name }));
    if (contacts.length > 0) await this.deps.contacts.upsertMany(tx, tenantId, contacts);
    const answered = messages.flatMap((message) => message.answered ?? []);
    // So that none of them becomes part of another contact before its answer is stored.
    await missingIds(
      tx,
      'contacts',
      tenantId,
      answered.map(({ contactId }) => contactId),
    );
    const phones = [...new Set(messages.map(({ phone }) => phone))];
    const known = await knownNumbers(tx, tenantId, phones, purpose);
    const byLine = new Map(known.map((number) => [number.line, number]));
    return { of: (message) => personOf(message, byLine.get(lineOf(message.phone))) };
  }

  private enqueue(tenantId: string, deliveries: readonly DirectDelivery[]): Promise<void> {
    return enqueueSends(this.deps.queue, firstJobs(tenantId, deliveries, this.deps.clock.now()));
  }
}

/** Runs in the transaction that stores the messages: what it writes is there exactly when they are. */
type WhenStored<Answer> = (tx: Tx, answer: Answer) => Promise<void>;

interface RequestHooks<Answer> {
  whenStored?: WhenStored<Answer>;
  /** Aborts when the caller leaves: files are not fetched any more, and nothing is stored unless all were there. */
  signal?: AbortSignal;
}

function onlyOne<Item>([item]: readonly Item[]): Item {
  if (item === undefined) throw new Error('A message was neither accepted nor refused.');
  return item;
}

/** Undefined when the number has no contact, or not any more the one who wrote. */
function personOf({ answered }: ReadyMessage, number: KnownNumber | undefined): DirectPerson | undefined {
  if (!number || number.contactId === null) return undefined;
  if (answered && number.contactId !== answered.contactId) return undefined;
  const { contactId: id, name, phone } = number;
  return { id, phone, name };
}
