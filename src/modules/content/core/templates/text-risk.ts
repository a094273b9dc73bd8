import { analyzeSync, Output, TypeGuards, Value, type Template, type Variable } from 'liquidjs';
import { partTexts, writeTexts, type PartTextName } from '../content.js';
import { opaqueEnd } from './liquid-spans.js';
import { parseSpintax, withoutMarkers, type SpinNode } from './spintax.js';
import { attributePath } from './template-variables.js';
import { MAX_TEMPLATE_LENGTH, parseTemplate } from './template-engine.js';
import type { CampaignPart } from '../part.js';

/** Filters that take any value, fail on none, and make it at most three times as long (ŉ, ΐ in upper case). */
const HARMLESS = new Set(
  'default upcase downcase capitalize strip lstrip rstrip append prepend truncate truncatewords first_name title_case'.split(
    ' ',
  ),
);
const LONGEST_GROWTH = 3;
/** This many filters, each on a text within the bound, stay far below the memory limit of a rendering. */
const MOST_FILTERS = 20;

/**
 * How long all values of a recipient together may be (in bytes, as JSON) so that the only thing that can keep it from
 * getting these parts is a needed variable without a value, or one that is an object. Undefined when something else can:
 * a block that may come out empty, a filter that refuses values, a text that needs to be short.
 *
 * With a bound, the database can find the recipients whose text may fail; without one, every text must be rendered.
 */
export function harmlessValueBytes(parts: readonly CampaignPart[]): number | undefined {
  let bound = Infinity;
  for (const part of parts) {
    writeTexts(part, (name, template) => {
      bound = Math.min(bound, boundOf(name, template));
      return template;
    });
  }
  return bound > 0 ? bound : undefined;
}

function boundOf(name: PartTextName, template: string): number {
  if (!/[{}\\]/.test(template)) {
    return template.trim() !== '' && template.length <= partTexts[name].max ? Infinity : 0;
  }
  if (name !== 'content') return 0;
  const spins = parseSpintax(template);
  if (!spins.ok || !alwaysHasText(spins.nodes)) return 0;
  const work = harmlessWork(parseTemplate(withoutMarkers(template, spins)));
  if (work === undefined || work.filters > MOST_FILTERS) return 0;
  const copies = Math.max(1, work.uses) * (1 + work.filters);
  return (partTexts[name].max - MAX_TEMPLATE_LENGTH) / (LONGEST_GROWTH * copies);
}

/**
 * How often the text names a variable, and its filters; undefined when it does more than print variables through
 * harmless filters.
 */
function harmlessWork(templates: Template[]): { uses: number; filters: number } | undefined {
  let uses = 0;
  let filters = 0;
  for (const template of templates) {
    if (TypeGuards.isHTMLToken(template.token)) continue;
    if (!(template instanceof Output)) return undefined;
    for (const argument of template.arguments()) {
      if (!(argument instanceof Value)) return undefined;
      if (!argument.filters.every(isHarmless)) return undefined;
      filters += argument.filters.length;
    }
    const variables = Object.values(analyzeSync([template], { partials: false }).variables).flat();
    if (!variables.every(isPlain)) return undefined;
    uses += variables.length;
  }
  return { uses, filters };
}

/** A locale that comes from the recipient may be none. */
function isHarmless({ name, args }: Value['filters'][number]): boolean {
  if (!HARMLESS.has(name)) return false;
  return name !== 'title_case' || args.every((arg) => !Array.isArray(arg) && TypeGuards.isQuotedToken(arg));
}

/** `contact.tags.first` and `contact[key]` may be missing although the attribute is there. */
function isPlain({ segments }: Variable): boolean {
  const last = segments.at(-1);
  return (
    segments.every((segment) => typeof segment === 'string') &&
    (attributePath(segments).length === 1 || !['first', 'last', 'size'].includes(String(last)))
  );
}

/** True when every choice leaves readable text beside what Liquid inserts. */
function alwaysHasText(nodes: readonly SpinNode[]): boolean {
  return nodes.some((node) =>
    typeof node === 'string' ? outsideLiquid(node).trim() !== '' : node.options.every(alwaysHasText),
  );
}

function outsideLiquid(text: string): string {
  let outside = '';
  for (let at = 0; at < text.length; at += 1) {
    const end = opaqueEnd(text, at);
    if (end === undefined) outside += text.charAt(at);
    else at = end - 1;
  }
  return outside;
}
