import type { Tx } from '../../../db/index.js';
import { type FieldError, refuse } from '../../../lib/errors.js';
import { newId } from '../../../lib/ids.js';
import { isPhoneCountry, normalisePhone } from '../../../lib/phone.js';
import { lineOf } from '../../../lib/phone-line.js';
import { refreshStatistics, type InlineRecipient } from '../audience/audience.repository.js';
import { CampaignAudience, namedAt } from '../audience/audience.service.js';
import type { CreateCampaignDto } from '../campaign.dto.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { insertCampaign, updateCampaign } from '../campaign.repository.js';
import { lowered, parseAudienceRules } from '../audience/core/audience-rules.js';
import { sizedCanary } from '../canary/core/canary.js';
import { budgetErrors, parseControl } from './core/control-input.js';
import { parseDelays } from './core/pace-input.js';
import { layOut, parseContent } from './core/content-input.js';
import { mostParts } from '../variants/core/variants.js';
import { errorsOfName } from '../../../lib/storable.js';
import { yieldingWork, type YieldingWork } from '../../../lib/yielding-work.js';
import { checkCoverage } from './template-coverage.js';
import { CampaignTimings } from './timing.service.js';
import { assignVariants } from '../variants/variant.repository.js';
import type { CampaignWarning } from '../core/warning.js';
import { parseContacts, type InlineContact } from '../../contacts/index.js';
import { analyseAhead, CampaignParts } from '../../content/index.js';
import { withSavedTexts } from '../../templates/index.js';
import { type SenderPool, unknownSenders, refuseEmptyPool } from '../../senders/index.js';

const LARGE_AUDIENCE = 10_000;

/** Turns a request into a draft campaign with its recipients, or throws a DomainError with all validation errors. */
export class CampaignCreation {
  private readonly parts: CampaignParts;
  private readonly timings: CampaignTimings;
  private readonly audience: CampaignAudience;

  constructor(private readonly deps: CampaignDeps) {
    this.parts = new CampaignParts(deps.media);
    this.timings = new CampaignTimings(deps.clock);
    this.audience = new CampaignAudience(deps);
  }

  async create(
    tenantId: string,
    given: CreateCampaignDto,
    signal?: AbortSignal,
  ): Promise<{ id: string; warnings: CampaignWarning[] }> {
    const input = await withSavedTexts(this.deps.database.manager, tenantId, given);
    await analyseAhead([input.messages, input.template, input.variants]);
    const request = await this.read(input);
    const { timing, errors } = await this.timings.read(this.deps.database.manager, tenantId, input);
    const { control, errors: controlErrors } = parseControl(input);
    refuse([...errors, ...controlErrors]);
    await this.refuseUnknownSenders(tenantId, input.senderIds);
    const checkAudience = (tx: Tx) => this.audience.check(tx, tenantId, request.listIds, request.rules);
    await checkAudience(this.deps.database.manager);
    await refuseEmptyPool(this.deps.senders, tenantId, request.pool);
    const parts = await this.parts.withFiles(tenantId, request.drafts, this.parts.filesOfRequest(signal));
    const content = layOut(parts, request.layout);
    refuse(budgetErrors(control.maxPerSender, mostParts(content)));
    const key = { tenantId, campaignId: newId() };
    const now = this.deps.clock.now();
    const purpose = input.purpose ?? 'marketing';
    const { total, warnings } = await this.deps.database.transaction(async (tx) => {
      await this.parts.lockFiles(tx, tenantId, parts);
      await insertCampaign(tx, {
        id: key.campaignId,
        tenantId,
        name: input.name.trim(),
        status: timing.scheduledAt ? 'scheduled' : 'draft',
        purpose,
        topic: input.topic ?? null,
        ...timing,
        ...content,
        ...control,
        pool: request.pool,
        listIds: [...new Set(request.listIds)],
        ...request.delays,
        stickySender: input.options?.stickySender ?? true,
        skipUnregistered: input.options?.skipUnregistered ?? true,
        onUnknown: input.options?.onUnknown ?? 'leave',
        totalRecipients: 0,
        createdAt: now,
        updatedAt: now,
      });
      // Checked again: fetching files may have taken long, and a source of the audience could be gone.
      const audience = await checkAudience(tx);
      const summary = await this.audience.fill(tx, key, audience, request.inline);
      const variants = content.variants && (await assignVariants(tx, key.campaignId, content.variants));
      const checked = await checkCoverage(tx, key.campaignId, request.needed);
      await updateCampaign(tx, key.campaignId, {
        totalRecipients: checked.total,
        canary: sizedCanary(control.canary, checked.total),
        audience: { ...request.rules, summary },
        variants,
      });
      const late = await this.timings.check(tx, key, { ...timing, purpose });
      const capped = await this.audience.warnings(tx, key, checked.total);
      return { ...checked, warnings: [...checked.warnings, ...late, ...capped] };
    });
    if (total >= LARGE_AUDIENCE) await refreshStatistics(this.deps.database.manager);
    return { id: key.campaignId, warnings };
  }

  private async read(input: CreateCampaignDto) {
    const work = yieldingWork(Number.POSITIVE_INFINITY);
    const errors: FieldError[] = errorsOfName(input.name);
    const country = input.defaultCountry ?? this.deps.defaultCountry;
    const { drafts, layout, needed, errors: partErrors } = parseContent(input, country);
    const { delays, errors: delayErrors } = parseDelays(input);
    const { contacts, errors: contactErrors } = await parseContacts(input.contacts ?? [], work);
    const { recipients, errors: phoneErrors } = await this.normalise(contacts, input.defaultCountry, work);
    const knownCountry = country !== undefined && isPhoneCountry(country) ? country : undefined;
    const { rules, errors: ruleErrors } = parseAudienceRules(input, knownCountry);
    errors.push(...partErrors, ...delayErrors, ...contactErrors, ...phoneErrors, ...ruleErrors);
    refuse(errors);
    const pool: SenderPool = {
      senderIds: [...new Set(lowered(input.senderIds))],
      senderTags: [...new Set((input.senderTags ?? []).map((tag) => tag.trim()))],
    };
    const inline = { recipients, given: contacts.length };
    return { drafts, layout, needed, delays, inline, listIds: lowered(input.listIds), rules, pool };
  }

  /** Normalises numbers to E.164; of several of the same line the first is kept. */
  private async normalise(
    contacts: InlineContact[],
    country: string | undefined,
    work: YieldingWork,
  ): Promise<{ recipients: InlineRecipient[]; errors: FieldError[] }> {
    if (country !== undefined && !isPhoneCountry(country)) {
      const message = `"${country}" is not a country code; use two letters such as BR`;
      return { recipients: [], errors: [{ path: 'defaultCountry', message }] };
    }
    const errors: FieldError[] = [];
    const byLine = new Map<string, InlineRecipient>();
    for (const { path, phoneNumber, name, variables } of contacts) {
      const outcome = normalisePhone(phoneNumber, country ?? this.deps.defaultCountry);
      if (!outcome.ok) errors.push({ path: `${path}.phoneNumber`, message: outcome.reason });
      else if (!byLine.has(lineOf(outcome.phone))) {
        byLine.set(lineOf(outcome.phone), { phone: outcome.phone, name, variables });
      }
      await work.yieldIfDue();
    }
    return { recipients: [...byLine.values()], errors };
  }

  private async refuseUnknownSenders(tenantId: string, senderIds: string[] = []): Promise<void> {
    const unknown = await unknownSenders(this.deps.database.manager, tenantId, senderIds);
    refuse(namedAt('senderIds', senderIds, unknown, 'sender'));
  }
}
