import type { FieldError } from '../../../../lib/errors.js';
import type { CampaignVariant } from '../../campaign.entity.js';
import type { PartDraft } from '../../../content/core/part-shape.js';
import {
  neededBy,
  parseParts,
  type NeededVariable,
  type PartsInput,
} from '../../../content/core/parts-input.js';
import { variantErrors } from '../../variants/core/variants.js';
import type { CampaignPart } from '../../../content/core/part.js';

export interface VariantInput extends PartsInput {
  name: string;
  weight?: number | null;
}

/** The content of a campaign: messages, a template, or several variants of them. */
export interface ContentInput extends PartsInput {
  variants?: readonly VariantInput[];
}

/** Which of the parts, listed one after the other, belong to which variant. */
export type VariantLayout = { name: string; weight: number; size: number }[];

export interface ReadContent {
  drafts: PartDraft[];
  /** Absent without variants: all drafts are the campaign's own. */
  layout?: VariantLayout;
  needed: NeededVariable[];
  errors: FieldError[];
}

/** Characters of all texts of a campaign, as JSON: they are analysed in the request, and block others meanwhile. */
const MAX_SIZE = 200_000;

/** Parses the content of a request, or returns its errors with paths. */
export function parseContent(input: ContentInput, defaultCountry?: string): ReadContent {
  const { variants } = input;
  const size = JSON.stringify([variants, input.messages, input.template]).length;
  if (size > MAX_SIZE) {
    const message = `all texts together have ${size} characters, as JSON; at most ${MAX_SIZE} are allowed`;
    return { drafts: [], needed: [], errors: [{ path: variants ? 'variants' : 'messages', message }] };
  }
  if (!variants) return parseParts(input, defaultCountry);
  if (input.messages ?? input.template) {
    const message = 'give either variants or one text for all recipients (messages or template), not both';
    return { drafts: [], needed: [], errors: [{ path: 'variants', message }] };
  }
  const read = variants.map((variant, index) => parseVariant(variant, index, defaultCountry));
  const layout = variants.map(({ name, weight }, index) => ({
    name: name.trim(),
    weight: weight ?? 1,
    size: read[index]?.drafts.length ?? 0,
  }));
  return {
    drafts: read.flatMap(({ drafts }) => drafts),
    layout,
    needed: mergeNeeds(read.map(({ needed }) => needed)),
    errors: [...variantErrors(variants), ...read.flatMap(({ errors }) => errors)],
  };
}

function parseVariant(variant: VariantInput, index: number, defaultCountry: string | undefined): ReadContent {
  // The service removes null only at the top level, so it is removed here.
  const given = {
    ...(variant.messages ? { messages: variant.messages } : {}),
    ...(typeof variant.template === 'string' ? { template: variant.template } : {}),
  };
  const { drafts, needed, errors } = parseParts(given, defaultCountry);
  const within = <Item extends { path: string }>(item: Item): Item => ({
    ...item,
    path: `variants[${index}].${item.path}`,
  });
  return { drafts, needed: needed.map(within), errors: errors.map(within) };
}

/** The variables that stored content needs. */
export function neededByContent(campaign: {
  parts: readonly CampaignPart[];
  variants: readonly CampaignVariant[] | null;
}): NeededVariable[] {
  if (!campaign.variants) return neededBy(campaign.parts);
  return mergeNeeds(
    campaign.variants.map(({ parts }, index) => neededBy(parts, `variants[${index}].messages`)),
  );
}

/** The columns of a campaign for its parts. `parts` are those of the first variant where there are variants. */
export function layOut(
  parts: readonly CampaignPart[],
  layout: VariantLayout | undefined,
): { parts: CampaignPart[]; variants: CampaignVariant[] | null } {
  if (!layout) return { parts: [...parts], variants: null };
  let start = 0;
  const variants = layout.map(({ name, weight, size }) => {
    start += size;
    return { name, weight, parts: parts.slice(start - size, start) };
  });
  return { parts: variants[0]?.parts ?? [], variants };
}

function mergeNeeds(needs: NeededVariable[][]): NeededVariable[] {
  const merged = new Map<string, NeededVariable & { variants: number[] }>();
  for (const [index, needed] of needs.entries()) {
    for (const variable of needed) {
      const known = merged.get(variable.name);
      if (known) known.variants.push(index);
      else merged.set(variable.name, { ...variable, variants: [index] });
    }
  }
  return [...merged.values()];
}
