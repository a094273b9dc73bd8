import {
  AssignTag,
  CaseTag,
  EchoTag,
  Liquid,
  Output,
  toValueSync,
  Value,
  type Context,
  type Template,
} from 'liquidjs';
import { compareCase, comparisons } from './comparisons.js';
import { isBlank } from './filter-rules.js';
import { meteredOperators } from './metered-operators.js';
import { plainTemplateOf, writePlain, type PlainTemplate } from './plain-template.js';
import type { RenderBudget } from './render-budget.js';
import { readDatesStrictly } from './template-dates.js';
import { filterHandlers, needsValue } from './template-filters.js';
import {
  LinearComment,
  MeteredCapture,
  meterFilters,
  meterTemplate,
  payForOutput,
} from './template-limits.js';
import { textCache } from './text-cache.js';
import { CharacterContext, cutBetweenCharacters } from './text-characters.js';

/** Longest template source of one part, in characters. */
export const MAX_TEMPLATE_LENGTH = 4_096;

/** What the parsed form takes for each character of a text with many short tags, measured: about 700 bytes. */
const PARSED_BYTES_PER_CHARACTER = 700;
const CACHED_BYTES = 64 * 1024 * 1024;
/** An escaped brace of two characters becomes nine for Liquid. */
const ESCAPES_GROW = 5;

/**
 * Templates come from tenants, so they can reach nothing but their scope: no files (the tags that load them are gone),
 * no prototype members, bounded length, steps and memory (characters and items made while rendering). None of the
 * bounds is a time: the result of a template must not depend on the load of the machine. A variable without a value is
 * an error instead of a hole in the text.
 */
function createEngine(): Liquid {
  const engine = new Liquid({
    templates: {},
    ownPropertyOnly: true,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    parseLimit: MAX_TEMPLATE_LENGTH * ESCAPES_GROW,
    // `2026-03-02` must not become the first of March on a server west of Greenwich.
    timezoneOffset: 0,
    operators: meteredOperators(comparisons),
  });
  for (const tag of ['include', 'render', 'layout', 'block']) delete engine.tags[tag];
  engine.registerTag('capture', MeteredCapture);
  engine.registerTag('#', LinearComment);
  // `sample` draws anew at every rendering, so a preview would differ from what is sent. Choices replace it.
  delete engine.filters['sample'];
  for (const [name, handler] of filterHandlers) engine.registerFilter(name, handler);
  readDatesStrictly(engine);
  cutBetweenCharacters(engine);
  meterFilters(engine);
  return engine;
}

const engine = createEngine();
const cache = textCache<Template[]>(CACHED_BYTES, ({ length }) => length * PARSED_BYTES_PER_CHARACTER);
/** Of those templates that have one. */
const plainForms = new WeakMap<Template[], PlainTemplate>();

/** Parses, or takes the parsed form from a bounded cache: a campaign renders one text a million times. */
export function parseTemplate(text: string): Template[] {
  return cache(text, () => {
    const templates = engine.parse(text);
    const plain = plainTemplateOf(templates);
    if (plain) plainForms.set(templates, plain);
    return prepare(templates);
  });
}

/** Throws where it does not parse. Not cached. */
export function checkSyntax(text: string): void {
  engine.parse(text);
}

/** One text of a message; all of them share the budget. */
export function renderTemplate(templates: Template[], scope: object, budget: RenderBudget): string {
  budget.startText();
  const pieces = plainForms.get(templates);
  const plain = pieces && writePlain(pieces, scope);
  if (plain !== undefined) return plain;
  const context = new CharacterContext(scope, engine.options, { sync: true }, engine, budget);
  return String(engine.renderSync(templates, context));
}

export function childrenOf(template: Template): Template[] {
  return template.children ? toValueSync<Template[]>(template.children(false, true)) : [];
}

/** Index of the last `default` filter; -1 when the value has none. */
export function lastDefaultOf(value: Value): number {
  return value.filters.findLastIndex((filter) => filter.name === 'default');
}

function prepare(templates: Template[]): Template[] {
  for (const template of templates) {
    for (const argument of template.arguments?.() ?? []) {
      if (!(argument instanceof Value)) continue;
      if (lastDefaultOf(argument) >= 0) forgiveBeforeDefault(argument);
      else if (template instanceof AssignTag) keepUndefined(argument);
      if (template instanceof Output) refuseNoResult(argument);
      if (template instanceof Output || template instanceof EchoTag) payForOutput(argument);
      if (template instanceof CaseTag) compareCase(argument);
    }
    meterTemplate(template);
    prepare(childrenOf(template));
  }
  return templates;
}

/**
 * Liquid forgives a missing variable only when `default` is the first filter. People also write
 * `name | capitalize | default: "you"` and `nickname | default: contact.name | default: "you"`: everything before the
 * last default may be missing here, and that last default's own argument is looked at only when it is needed.
 */
function forgiveBeforeDefault(value: Value): void {
  const last = lastDefaultOf(value);
  const before = value.filters.slice(0, last);
  const after = value.filters.slice(last + 1);
  const fallback = value.filters[last];
  value.value = function* (context: Context): Generator<unknown, unknown, unknown> {
    const strict = context.strictVariables;
    context.strictVariables = false;
    let result: unknown;
    try {
      result = yield value.initial.evaluate(context, true);
      for (const filter of before) result = yield filter.render(result, context);
    } finally {
      context.strictVariables = strict;
    }
    if (fallback && !hasContent(result)) result = yield fallback.render(result, context);
    for (const filter of after) result = yield filter.render(result, context);
    return result;
  };
}

function hasContent(value: unknown): boolean {
  if (typeof value === 'string' || Array.isArray(value)) return value.length > 0;
  return value !== undefined && value !== null && value !== false;
}

/**
 * A calculation without one of its values must not leave a hole in the text, and no number of the recipient may print as
 * `NaN`.
 */
function refuseNoResult(value: Value): void {
  const evaluate = value.value.bind(value);
  const filter = value.filters.find(({ name }) => needsValue(name));
  const mayBeBlank = filter === undefined || lastDefaultOf(value) >= 0;
  value.value = function* (context: Context, lenient?: boolean): Generator<unknown, unknown, unknown> {
    const result = yield evaluate(context, lenient);
    if (!mayBeBlank && isBlank(result)) throw new Error(`${filter.name}: a value is missing`);
    if (typeof result !== 'number' || Number.isFinite(result)) return result;
    throw new Error('the calculation has no result');
  };
}

/** `assign` would turn a missing variable into null, which later prints as nothing; undefined stays an error there. */
function keepUndefined(value: Value): void {
  value.value = function* (context: Context): Generator<unknown, unknown, unknown> {
    let result: unknown = yield value.initial.evaluate(context, true);
    if (result === undefined || result === null) return undefined;
    for (const filter of value.filters) result = yield filter.render(result, context);
    return result;
  };
}
