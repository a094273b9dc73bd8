import { DomainError, type FieldError } from '../../../../lib/errors.js';
import { distinctLines } from '../../../../lib/phone-line.js';
import { readAddress } from '../../../contacts/core/person-input.js';

export const audienceSources = ['contacts', 'list', 'segment', 'filter', 'import'] as const;
export type AudienceSource = (typeof audienceSources)[number];

/** How an audience came about: contacts per source, duplicates, exclusions. */
export interface AudienceSummary {
  sources: { source: AudienceSource; id?: string; matched: number; added: number }[];
  duplicates: number;
  excluded: Excluded;
}

export interface Excluded {
  phoneNumbers: number;
  lists: number;
  segments: number;
  campaigns: number;
}

/** The codes of excluded recipients. */
export type ExclusionCode = 'excluded_number' | 'excluded_list' | 'excluded_segment' | 'excluded_campaign';

/** How many were excluded, over all exclusions. */
export function excludedIn(summary: AudienceSummary | undefined): number {
  return Object.values(summary?.excluded ?? {}).reduce((sum, count) => sum + count, 0);
}

export interface AudienceInput {
  segmentIds?: string[] | null;
  filter?: object | null;
  importIds?: string[] | null;
  exclude?: {
    listIds?: string[] | null;
    segmentIds?: string[] | null;
    campaignIds?: string[] | null;
    phoneNumbers?: string[] | null;
  } | null;
}

/** A request's rules in the form they are stored, in the order of the request; numbers in E.164. */
export function parseAudienceRules(
  { segmentIds, filter, importIds, exclude }: AudienceInput,
  country: string | undefined,
): { rules: AudienceRules; errors: FieldError[] } {
  const { phones, errors } = parsePhones(exclude?.phoneNumbers ?? [], country);
  const rules: AudienceRules = {
    segmentIds: lowered(segmentIds),
    ...(filter && { filter: { ...filter } }),
    importIds: lowered(importIds),
    exclude: {
      listIds: lowered(exclude?.listIds),
      segmentIds: lowered(exclude?.segmentIds),
      campaignIds: lowered(exclude?.campaignIds),
      phoneNumbers: phones,
    },
  };
  return { rules, errors };
}

function parsePhones(
  numbers: string[],
  country: string | undefined,
): { phones: string[]; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const phones: string[] = [];
  numbers.forEach((number, index) => {
    const outcome = readAddress(number, country);
    if (outcome.ok) phones.push(outcome.phone);
    else errors.push({ path: `exclude.phoneNumbers[${index}]`, message: outcome.reason });
  });
  return { phones: distinctLines(phones), errors };
}

export function noRules(): AudienceRules {
  const exclude = { listIds: [], segmentIds: [], campaignIds: [], phoneNumbers: [] };
  return { segmentIds: [], importIds: [], exclude };
}

export function lowered(ids: readonly string[] | null = []): string[] {
  return (ids ?? []).map((id) => id.toLowerCase());
}

const EXCLUDED_BY: Record<keyof Excluded, { path: string; words: string }> = {
  phoneNumbers: { path: 'exclude.phoneNumbers', words: 'by number' },
  lists: { path: 'exclude.listIds', words: 'by list' },
  segments: { path: 'exclude.segmentIds', words: 'by segment' },
  campaigns: { path: 'exclude.campaignIds', words: 'by campaign' },
};

/** The error of an audience without recipients: what each source found, and what excluded them. */
export function emptyAudience({ sources, excluded }: AudienceSummary): DomainError {
  const found = sources.reduce((sum, { added }) => sum + added, 0);
  if (found === 0) {
    const asked = sources.map(({ source, id }) => (id ? `${source} ${id}` : source)).join(', ');
    const message =
      asked === '' ? 'The audience is empty.' : `The audience is empty: no contact is in ${asked}.`;
    return new DomainError('not_possible', 'empty_audience', message, {
      errors: [
        {
          path: 'contacts',
          message: 'give contacts, or lists, segments, a filter or imports that have some',
        },
      ],
    });
  }
  const reasons = (Object.keys(EXCLUDED_BY) as (keyof Excluded)[]).filter((reason) => excluded[reason] > 0);
  const counted = reasons.map((reason) => `${excluded[reason]} ${EXCLUDED_BY[reason].words}`).join(', ');
  const message = `The audience is empty: ${found} were found, and all of them excluded (${counted}).`;
  return new DomainError('not_possible', 'empty_audience', message, {
    errors: reasons.map((reason) => ({
      path: EXCLUDED_BY[reason].path,
      message: `excludes ${excluded[reason]} of ${found}`,
    })),
  });
}

/** The audience besides inline contacts and lists, and the exclusions. */
export interface AudienceRules {
  segmentIds: string[];
  /** An inline filter, as segments have it. */
  filter?: object;
  importIds: string[];
  exclude: { listIds: string[]; segmentIds: string[]; campaignIds: string[]; phoneNumbers: string[] };
  /** Their counts when the campaign was made. */
  summary?: AudienceSummary;
}
