import type { Tx } from '../../../db/index.js';
import { DomainError, invalid, notFound, type FieldError, refuse } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { distinctLines, lineOf } from '../../../lib/phone-line.js';
import { enqueueBestEffort } from '../../../queue/enqueue-best-effort.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { findCampaign } from '../campaign.repository.js';
import { sampleContact, sampleRecipient, type Sample } from '../audience/sample.repository.js';
import {
  choiceSeed,
  RenderBudget,
  renderPart,
  templateScope,
  CampaignParts,
  type CampaignPart,
  type RenderedContent,
} from '../../content/index.js';
import {
  enqueueSends,
  firstJobs,
  insertSend,
  writtenDelivery,
  type WrittenDelivery,
} from '../../delivery/index.js';
import { refuseEmptyPool } from '../../senders/index.js';
import { knownNumbers, readAddress, unaddressedReason, unreachableReason } from '../../contacts/index.js';

export interface TestRequest {
  /** The sender's own phones: they get the message as the sample contact would. */
  phoneNumbers: string[];
  /** Whose name and values the texts are written with; the campaign's first recipient unless given. */
  contactId?: string | null;
  /** Of a campaign with variants: the name of one. The sample's own unless given. */
  variant?: string | null;
  defaultCountry?: string | null;
}

export interface TestRun {
  /** `GET /api/messages?testId=` shows its messages. */
  id: string;
  phoneNumbers: string[];
  /** Messages every number gets. */
  messages: number;
  contactId: string;
  variant: string | undefined;
}

/** Takes part in the transaction that stores the messages of a test. */
export type WhenTestStored = (tx: Tx, run: TestRun) => Promise<void>;

/** Sends a campaign's parts, as the sample contact would get them, to a few numbers through the same engine. */
export class TestSends {
  private readonly parts: CampaignParts;

  constructor(private readonly deps: CampaignDeps) {
    this.parts = new CampaignParts(deps.media);
  }

  async send(
    tenantId: string,
    id: string,
    request: TestRequest,
    whenStored?: WhenTestStored,
  ): Promise<TestRun> {
    const { database } = this.deps;
    const campaign = await findCampaign(database.manager, tenantId, id);
    if (!campaign) throw notFound('campaign', id);
    const given = this.parsePhones(request);
    const sample = await this.sampleOf(campaign, request.contactId ?? undefined);
    const { parts, variant } = contentFor(campaign, sample, request.variant ?? undefined);
    const phones = await this.refuseUnwanted(campaign, parts, given);
    contentsFor(parts, sample, phones[0] ?? '');
    await refuseEmptyPool(this.deps.senders, tenantId, campaign.pool);
    const run: TestRun = {
      id: newId(),
      phoneNumbers: phones,
      messages: parts.length,
      contactId: sample.contactId,
      variant,
    };
    const deliveries = await database.transaction(async (tx) => {
      const stored = await this.store(tx, { id: run.id, campaign, parts, sample }, phones);
      await whenStored?.(tx, run);
      return stored;
    });
    await enqueueBestEffort(this.enqueue(tenantId, deliveries), this.deps.logger);
    return run;
  }

  private parsePhones({ phoneNumbers, defaultCountry }: TestRequest): string[] {
    const errors: FieldError[] = [];
    const phones: string[] = [];
    phoneNumbers.forEach((number, index) => {
      const outcome = readAddress(number, defaultCountry ?? this.deps.defaultCountry);
      if (outcome.ok) phones.push(outcome.phone);
      else errors.push({ path: `phoneNumbers[${index}]`, message: outcome.reason });
    });
    refuse(errors);
    return distinctLines(phones);
  }

  private async sampleOf(campaign: Campaign, contactId: string | undefined): Promise<Sample> {
    const tx = this.deps.database.manager;
    const recipient = await sampleRecipient(tx, campaign, contactId);
    if (recipient) return recipient;
    const contact = contactId && (await sampleContact(tx, campaign.tenantId, contactId));
    if (contact) return contact;
    if (contactId) throw invalid([{ path: 'contactId', message: `there is no contact ${contactId}` }]);
    const message = 'The campaign has no recipients to take as a sample; give contactId.';
    throw new DomainError('not_possible', 'empty_audience', message);
  }

  /** The numbers and other identities as they are written to. */
  private async refuseUnwanted(
    { tenantId, pool }: Campaign,
    parts: readonly CampaignPart[],
    phones: string[],
  ): Promise<string[]> {
    const messageTypes = [...new Set(parts.map(({ type }) => type))];
    const addresses = await this.deps.senders.addresses({ tenantId, pool, messageTypes });
    const known = await knownNumbers(this.deps.database.manager, tenantId, phones);
    const unreachable = known.flatMap((number, index) => {
      const reason = unreachableReason(number) ?? unaddressedReason(number, addresses);
      return reason ? [{ path: `phoneNumbers[${index}]`, ...reason }] : [];
    });
    const [first] = unreachable;
    // A LID and the number of one person are one phone.
    if (!first) return distinctLines(known.map(({ phone }) => phone));
    const errors = unreachable.map(({ path, message }) => ({ path, message }));
    throw new DomainError('not_possible', first.code, first.message, { errors });
  }

  private async store(
    tx: Tx,
    { id, campaign, parts, sample }: StoredTest,
    phones: readonly string[],
  ): Promise<WrittenDelivery[]> {
    const { tenantId, pool, stickySender, minDelay, maxDelay } = campaign;
    const now = this.deps.clock.now();
    await this.parts.lockFiles(tx, tenantId, parts);
    const given = phones.map((phone) => ({ phone }));
    const contacts = await this.deps.contacts.upsertMany(tx, tenantId, given);
    const contactOf = new Map(contacts.map((contact) => [contact.line, contact.id]));
    const deliveries = phones.map((phone) => {
      const contactId = contactOf.get(lineOf(phone));
      if (contactId === undefined) throw numberMoved();
      return writtenDelivery({ contactId, phone, name: null }, contentsFor(parts, sample, phone), now);
    });
    // Whoever gets it has asked for it: neither quiet hours nor the frequency cap hold it back.
    const terms = { source: 'test', purpose: 'service', pool, stickySender, minDelay, maxDelay } as const;
    await insertSend(tx, tenantId, { id, ...terms }, deliveries);
    return deliveries;
  }

  private enqueue(tenantId: string, deliveries: readonly WrittenDelivery[]): Promise<void> {
    return enqueueSends(this.deps.queue, firstJobs(tenantId, deliveries, this.deps.clock.now()));
  }
}

interface StoredTest {
  id: string;
  campaign: Campaign;
  parts: CampaignPart[];
  sample: Sample;
}

/** A number that its contact gave up between two statements. */
function numberMoved(): DomainError {
  const message = 'a contact of one of these numbers changed a moment ago; send the request again';
  return new DomainError('conflict', 'contact_changed', message, {
    errors: [{ path: 'phoneNumbers', message }],
  });
}

function contentFor(
  { parts, variants }: Campaign,
  sample: Sample,
  name: string | undefined,
): { parts: CampaignPart[]; variant: string | undefined } {
  if (!variants) {
    if (name === undefined) return { parts, variant: undefined };
    throw invalid([{ path: 'variant', message: 'the campaign has no variants' }]);
  }
  const chosen =
    name === undefined ? variants[sample.variant] : variants.find((variant) => variant.name === name);
  if (chosen) return { parts: chosen.parts, variant: chosen.name };
  const known = variants.map((variant) => variant.name).join(', ');
  throw invalid([{ path: 'variant', message: `there is no variant "${name}"; there are ${known}` }]);
}

/** The parts as the sample contact would get them at this number; what cannot be written is refused. */
function contentsFor(parts: readonly CampaignPart[], sample: Sample, phone: string): RenderedContent[] {
  const { name, variables, contactId } = sample;
  const scope = templateScope({ phone, name, variables });
  const budget = new RenderBudget();
  return parts.map((part, index) => {
    const rendered = renderPart(part, scope, choiceSeed(contactId, index), budget);
    if (rendered.ok) return rendered.content;
    const message = `messages[${index}] cannot be written for the sample contact: ${rendered.reason}`;
    throw new DomainError('not_possible', rendered.code, message, {
      errors: [{ path: 'contactId', message }],
    });
  });
}
