import type { Tx } from '../../../db/index.js';
import { DomainError, invalid, refuse, type FieldError } from '../../../lib/errors.js';
import { costOfAll, type Filter } from '../../segments/index.js';
import {
  countRecipients,
  excludeCampaigns,
  excludeLists,
  excludeMatching,
  excludePhones,
  importStatuses,
  insertImported,
  insertInlineAgain,
  insertInlineRecipients,
  insertListMembers,
  insertMatching,
  unknownCampaigns,
  unknownLists,
  type CampaignKey,
  type Found,
  type InlineRecipient,
} from './audience.repository.js';
import type { Campaign } from '../campaign.entity.js';
import type { CampaignDeps } from '../campaign.ports.js';
import { keepRecipients } from '../campaign.repository.js';
import {
  emptyAudience,
  noRules,
  type AudienceSource,
  type AudienceSummary,
  type Excluded,
  type AudienceRules,
} from './core/audience-rules.js';
import type { CampaignWarning } from '../core/warning.js';
import { removedSince } from '../recipients-removed.js';
import { countOverCap } from '../../delivery/index.js';

const CONTACTS_PER_STATEMENT = 1_000;
/** Counting the earlier messages of this many takes about a second. */
const LARGEST_COUNTED = 50_000;
/** Of all filters of an audience: each may take a second or more for a few hundred thousand contacts. */
const MAX_COSTLY_CONDITIONS = 60;

/** The sources of an audience, checked: all of them exist. */
export interface CheckedAudience {
  listIds: string[];
  rules: AudienceRules;
  segments: Filter[];
  filter: Filter | undefined;
  excludedSegments: Filter[];
}

/** Inline recipients of a request; `given` counts repeated ones too. */
export interface InlineAudience {
  recipients: InlineRecipient[];
  given: number;
}

/**
 * Turns the rules of a campaign into its recipients, entirely in SQL, so that memory does not grow with the audience.
 */
export class CampaignAudience {
  constructor(private readonly deps: Pick<CampaignDeps, 'contacts' | 'segments' | 'clock'>) {}

  /**
   * Throws `invalid` for ids that are not the tenant's, each with its path in the request, and `not_possible` for
   * imports that are not completed (`import_running`, `import_failed`) and segments that cannot be evaluated any more.
   */
  async check(tx: Tx, tenantId: string, listIds: string[], rules: AudienceRules): Promise<CheckedAudience> {
    const { exclude, segmentIds, importIds } = rules;
    const statuses = await importStatuses(tx, tenantId, importIds);
    const unknown = [
      ...namedAt('listIds', listIds, await unknownLists(tx, tenantId, listIds), 'list'),
      ...namedAt('importIds', importIds, new Set(importIds.filter((id) => !statuses.has(id))), 'import'),
      ...namedAt(
        'exclude.listIds',
        exclude.listIds,
        await unknownLists(tx, tenantId, exclude.listIds),
        'list',
      ),
      ...namedAt(
        'exclude.campaignIds',
        exclude.campaignIds,
        await unknownCampaigns(tx, tenantId, exclude.campaignIds),
        'campaign',
      ),
    ];
    if (unknown.length > 0) throw invalid(unknown);
    refuse(withoutRecipients(exclude.campaignIds, await keepRecipients(tx, tenantId, exclude.campaignIds)));
    const { segments } = this.deps;
    const checked = {
      listIds,
      rules,
      segments: await segments.readMany(tx, tenantId, segmentIds, 'segmentIds'),
      excludedSegments: await segments.readMany(tx, tenantId, exclude.segmentIds, 'exclude.segmentIds'),
      filter: rules.filter && (await segments.read(tx, tenantId, rules.filter, 'filter')),
    };
    refuseUnfinished(importIds, statuses);
    refuseCostly(checked);
    return checked;
  }

  /**
   * Fills a campaign that has no recipients yet, and counts per source. Throws `empty_audience` when no recipient is
   * left.
   */
  async fill(
    tx: Tx,
    key: CampaignKey,
    audience: CheckedAudience,
    inline: InlineAudience,
  ): Promise<AudienceSummary> {
    const filling = new Filling();
    await this.addInline(tx, key, inline, filling);
    return this.fillFromRules(tx, key, audience, filling);
  }

  /**
   * Fills a campaign from the sources of another one with their present members: for the next run of a recurring
   * campaign, and for a copy. Throws as `check` and `fill` do.
   */
  async fillLike(tx: Tx, key: CampaignKey, origin: Campaign): Promise<AudienceSummary> {
    const checked = await this.check(tx, key.tenantId, origin.listIds, origin.audience ?? noRules());
    const filling = new Filling();
    const again = await insertInlineAgain(tx, key, origin.id, filling.position);
    if (again.matched > 0) filling.note('contacts', undefined, again);
    return this.fillFromRules(tx, key, checked, filling);
  }

  /**
   * Warns of recipients that the tenant's frequency cap would skip now. For very large audiences the dry run counts
   * them.
   */
  async warnings(tx: Tx, { tenantId, campaignId }: CampaignKey, total: number): Promise<CampaignWarning[]> {
    const count = total > LARGEST_COUNTED ? 0 : await countOverCap(tx, tenantId, campaignId);
    if (count === 0) return [];
    const message =
      `${count} of ${total} recipients would get more messages than the frequency cap allows ` +
      '(GET /api/settings); those for whom that is so when their turn comes are skipped.';
    return [{ code: 'frequency_cap', count, message }];
  }

  private async fillFromRules(
    tx: Tx,
    key: CampaignKey,
    { listIds, rules, segments, filter, excludedSegments }: CheckedAudience,
    filling: Filling,
  ): Promise<AudienceSummary> {
    const now = this.deps.clock.now();
    for (const id of new Set(listIds)) {
      filling.note('list', id, await insertListMembers(tx, key, id, filling.position));
    }
    for (const [id, segment] of new Map(segments.map((one, index) => [rules.segmentIds[index], one]))) {
      const at = { firstPosition: filling.position, now };
      filling.note('segment', id, await insertMatching(tx, key, segment, at));
    }
    if (filter) {
      const at = { firstPosition: filling.position, now };
      filling.note('filter', undefined, await insertMatching(tx, key, filter, at));
    }
    for (const id of new Set(rules.importIds)) {
      filling.note('import', id, await insertImported(tx, key, id, filling.position));
    }
    const excluded = await this.exclude(tx, key, rules, excludedSegments);
    const summary = filling.summary(excluded);
    if ((await countRecipients(tx, key.campaignId)) === 0) throw emptyAudience(summary);
    return summary;
  }

  private async exclude(
    tx: Tx,
    key: CampaignKey,
    { exclude: { phoneNumbers, listIds, campaignIds } }: AudienceRules,
    segments: Filter[],
  ): Promise<Excluded> {
    const excluded: Excluded = { phoneNumbers: 0, lists: 0, segments: 0, campaigns: 0 };
    if (phoneNumbers.length > 0) excluded.phoneNumbers = await excludePhones(tx, key, phoneNumbers);
    if (listIds.length > 0) excluded.lists = await excludeLists(tx, key, listIds);
    const now = this.deps.clock.now();
    for (const segment of segments) excluded.segments += await excludeMatching(tx, key, segment, now);
    if (campaignIds.length > 0) excluded.campaigns = await excludeCampaigns(tx, key, campaignIds);
    return excluded;
  }

  private async addInline(
    tx: Tx,
    key: CampaignKey,
    { recipients, given }: InlineAudience,
    filling: Filling,
  ): Promise<void> {
    if (given === 0) return;
    let added = 0;
    for (let start = 0; start < recipients.length; start += CONTACTS_PER_STATEMENT) {
      const batch = recipients.slice(start, start + CONTACTS_PER_STATEMENT);
      const contacts = batch.map(({ phone, name }) => (name === null ? { phone } : { phone, name }));
      await this.deps.contacts.upsertMany(tx, key.tenantId, contacts);
      added += await insertInlineRecipients(tx, key, batch, start);
    }
    filling.note('contacts', undefined, { matched: given, added });
  }
}

/** The position of the next source's recipients, and the counts of the sources before it. */
class Filling {
  position = 0;
  private readonly sources: AudienceSummary['sources'] = [];

  note(source: AudienceSource, id: string | undefined, { matched, added }: Found): void {
    this.position += matched;
    this.sources.push({ source, ...(id !== undefined && { id }), matched, added });
  }

  summary(excluded: Excluded): AudienceSummary {
    const duplicates = this.sources.reduce((sum, { matched, added }) => sum + matched - added, 0);
    return { sources: this.sources, duplicates, excluded };
  }
}

function withoutRecipients(ids: string[], removed: Map<string, Date>): FieldError[] {
  return ids.flatMap((id, index) => {
    const at = removed.get(id);
    if (!at) return [];
    const message = `${removedSince(at)}, so they cannot be excluded; leave the campaign ${id} out`;
    return [{ path: `exclude.campaignIds[${index}]`, message }];
  });
}

/** Each filter has its own limit, and an audience may have two hundred of them. */
function refuseCostly({ segments, excludedSegments, filter }: CheckedAudience): void {
  const { costly } = costOfAll([...segments, ...excludedSegments, ...(filter ? [filter] : [])]);
  if (costly <= MAX_COSTLY_CONDITIONS) return;
  const message =
    `the segments and the filter of this audience have ${costly} conditions that are compared with every contact; ` +
    `at most ${MAX_COSTLY_CONDITIONS} fit. Name fewer of them, or put the contacts on a list first`;
  throw invalid([{ path: filter ? 'filter' : 'segmentIds', message }]);
}

function refuseUnfinished(importIds: string[], statuses: Map<string, string>): void {
  const unfinished = importIds.flatMap((id, index) => {
    const status = statuses.get(id);
    return status === 'completed' ? [] : [{ id, index, status }];
  });
  const [first] = unfinished;
  if (!first) return;
  const errors = unfinished.map(({ id, index, status }) => ({
    path: `importIds[${index}]`,
    message:
      status === 'failed'
        ? `the import ${id} failed; see GET /api/imports/${id}`
        : `the import ${id} is still ${status}; wait until GET /api/imports/${id} says completed`,
  }));
  const code = first.status === 'failed' ? 'import_failed' : 'import_running';
  const message = errors.map((error) => `${error.path}: ${error.message}`).join('; ');
  throw new DomainError('not_possible', code, message, { errors });
}

export function namedAt(path: string, ids: string[], unknown: Set<string>, thing: string): FieldError[] {
  return ids.flatMap((id, index) =>
    unknown.has(id) ? [{ path: `${path}[${index}]`, message: `there is no ${thing} ${id}` }] : [],
  );
}
