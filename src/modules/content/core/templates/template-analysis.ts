import {
  analyzeSync,
  CaseTag,
  IfTag,
  LiquidError,
  TypeGuards,
  UnlessTag,
  Value,
  type Arguments,
  type Template,
  type Variable,
} from 'liquidjs';
import QuickLRU from 'quick-lru';
import { cached } from '../../../../lib/cached.js';
import { errorMessage } from '../../../../lib/errors.js';
import { parseSpintax, withoutMarkers, type SpinText } from './spintax.js';
import { isStorable } from '../../../../lib/storable.js';
import {
  checkSyntax,
  childrenOf,
  lastDefaultOf,
  MAX_TEMPLATE_LENGTH,
  parseTemplate,
} from './template-engine.js';
import { argumentError, type GivenArgument } from './template-filters.js';

type Argument = Arguments extends Iterable<infer One> ? One : never;
type Expression = Value['initial']['postfix'];
type FilterArgument = Value['filters'][number]['args'][number];

export interface TemplateVariable {
  /** `['contact', 'city']` for `{{ contact.city }}`. */
  path: string[];
  /** True when every use has a default or stands in a condition about it: recipients without it are fine. */
  optional: boolean;
}

export interface TemplateError {
  message: string;
  /** From 1; absent when the whole text is the problem. */
  line?: number;
  column?: number;
}

export type TemplateAnalysis =
  { ok: true; variables: TemplateVariable[] } | { ok: false; error: TemplateError };

/** A text costs milliseconds to analyse, and a request asks about it more than once. */
const CACHED_ANALYSES = 500;
const cache = new QuickLRU<string, TemplateAnalysis>({ maxSize: CACHED_ANALYSES });
/** Time grows with the square of these: far more than any message has, and no more than some 20 ms. */
const MOST_SIGNS = 400;
/** What begins a tag, a variable or a choice, or stands for itself behind a backslash. */
const SIGNS = /\{[{%]?|\\[{|}]/g;

/**
 * What a template asks of its recipients, whichever options its choices take, without what it assigns itself; or where it
 * does not parse.
 */
export function analyseTemplate(text: string): TemplateAnalysis {
  if (text.length > MAX_TEMPLATE_LENGTH) return analyse(text);
  return cached(cache, text, () => analyse(text));
}

function analyse(text: string): TemplateAnalysis {
  if (text.trim() === '') return { ok: false, error: { message: 'The text is empty.' } };
  if (text.length > MAX_TEMPLATE_LENGTH) {
    const message = `The text has ${text.length} characters; at most ${MAX_TEMPLATE_LENGTH} are allowed.`;
    return { ok: false, error: { message } };
  }
  if (!isStorable(text)) {
    return { ok: false, error: { message: 'The text contains a broken or NUL character.' } };
  }
  const signs = text.match(SIGNS)?.length ?? 0;
  if (signs > MOST_SIGNS) {
    const message = `The text has ${signs} tags, variables, choices and escaped signs; at most ${MOST_SIGNS} are allowed.`;
    return { ok: false, error: { message } };
  }
  const spins = parseSpintax(text);
  if (!spins.ok) {
    return { ok: false, error: { message: spins.problem.message, ...lineAndColumn(text, spins.problem.at) } };
  }
  try {
    const plain = withoutMarkers(text, spins);
    const templates = parseTemplate(plain);
    parseOptions(plain, spins);
    const problem = outputErrorIn(templates) ?? argumentErrorIn(templates);
    return problem ? { ok: false, error: problem } : { ok: true, variables: variablesOf(templates) };
  } catch (error) {
    return { ok: false, error: templateErrorOf(error) };
  }
}

/** How a variable is written: `contact.city`. */
export function variableName(path: readonly string[]): string {
  return path.join('.');
}

/** Where a variable lies among a recipient's own: `{{ city }}` and `{{ contact.city }}` are the same one. */
export function attributePath(path: readonly string[]): string[] {
  return path[0] === 'contact' ? path.slice(1) : [...path];
}

/** A block that begins in one option and ends elsewhere would be torn apart by the choice: each must parse alone. */
function parseOptions(plain: string, { options }: SpinText): void {
  for (const { start, end } of options) {
    const option = plain.slice(start, end);
    if (!option.includes('{%') || parsesAlone(option)) continue;
    // Once more where it stands, for the line and column of what is wrong.
    checkSyntax(plain.slice(0, start).replaceAll(/[^\n]/g, ' ') + option);
  }
}

function parsesAlone(option: string): boolean {
  try {
    checkSyntax(option);
    return true;
  } catch (error) {
    if (LiquidError.is(error)) return false;
    throw error;
  }
}

/** Liquid takes the first of several values that stand side by side, and prints nothing where there is none. */
function outputErrorIn(templates: Template[]): TemplateError | undefined {
  for (const template of templates) {
    for (const { initial } of valuesOf(template)) {
      const message = valueError(initial.postfix);
      if (message === undefined) continue;
      const [line, column] = template.token.getPosition();
      return { message, line, column };
    }
    const inside = outputErrorIn(childrenOf(template));
    if (inside) return inside;
  }
  return undefined;
}

function valueError(postfix: Expression): string | undefined {
  let values = 0;
  for (const token of postfix) {
    if (!TypeGuards.isOperatorToken(token)) values += 1;
    else if (token.operator !== 'not') values -= 1;
  }
  if (values === 1) return undefined;
  if (values < 1) return 'a value is missing here; a variable is {{ name }}';
  const [first, second] = postfix.map((token) => token.getText());
  const name = [first?.replace(/^contact\./, ''), second].join(' ');
  return `several values stand side by side; a name with blanks is written {{ contact["${name}"] }}`;
}

/** The first filter whose arguments cannot be right, as far as they stand in the template. */
function argumentErrorIn(templates: Template[]): TemplateError | undefined {
  for (const template of templates) {
    for (const value of valuesOf(template)) {
      for (const { name, args } of value.filters) {
        const message = argumentError(name, args.map(givenArgument));
        if (message === undefined) continue;
        const [line, column] = template.token.getPosition();
        return { message, line, column };
      }
    }
    const inside = argumentErrorIn(childrenOf(template));
    if (inside) return inside;
  }
  return undefined;
}

function valuesOf(template: Template): Value[] {
  return [...(template.arguments?.() ?? [])].filter((argument) => argument instanceof Value);
}

function givenArgument(argument: FilterArgument): GivenArgument {
  // `name: value`, which none of the filters here has: known to be wrong as it stands.
  if (Array.isArray(argument)) return { literal: null };
  const isLiteral = TypeGuards.isQuotedToken(argument) || TypeGuards.isNumberToken(argument);
  return isLiteral ? { literal: argument.content } : 'computed';
}

function lineAndColumn(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

function templateErrorOf(error: unknown): TemplateError {
  if (!LiquidError.is(error)) return { message: errorMessage(error) };
  const { message, token } = error;
  const [line, column] = token.getPosition();
  return { message: message.replace(/, line:\d+, col:\d+$/, ''), line, column };
}

function variablesOf(templates: Template[]): TemplateVariable[] {
  const optional = new Set<string>();
  markOptional(templates, new Set(), optional);
  const found = new Map<string, TemplateVariable>();
  // `globals` is what the template did not assign or loop over itself.
  for (const variable of Object.values(analyzeSync(templates, { partials: false }).globals).flat()) {
    const path = pathOf(variable);
    const key = JSON.stringify(path);
    const isOptional = optional.has(locationOf(variable));
    found.set(key, { path, optional: isOptional && (found.get(key)?.optional ?? true) });
  }
  return [...found.values()];
}

/** Collects the places of variables that may be missing, walking into blocks with what their conditions ask about. */
function markOptional(templates: Template[], guarded: ReadonlySet<string>, optional: Set<string>): void {
  for (const template of templates) {
    const isCondition =
      template instanceof IfTag || template instanceof UnlessTag || template instanceof CaseTag;
    const inside = new Set(guarded);
    for (const argument of template.arguments?.() ?? []) {
      const forgiven = isCondition ? argument : beforeDefault(argument);
      const forgivenPlaces = new Set(forgiven ? variablesIn(forgiven).map(locationOf) : []);
      for (const variable of variablesIn(argument)) {
        const name = variableName(attributePath(pathOf(variable)));
        if (isCondition) inside.add(name);
        if (forgivenPlaces.has(locationOf(variable)) || guarded.has(name)) optional.add(locationOf(variable));
      }
    }
    markOptional(childrenOf(template), inside, optional);
  }
}

/** The part of a value that its last `default` filter stands in for. */
function beforeDefault(argument: Argument): Value | undefined {
  if (!(argument instanceof Value)) return undefined;
  const last = lastDefaultOf(argument);
  if (last < 0) return undefined;
  const filters = argument.filters.slice(0, last);
  return Object.assign(Object.create(Value.prototype) as Value, { initial: argument.initial, filters });
}

/** Liquid's own analysis, asked about a template that consists of this one argument. */
function variablesIn(argument: Argument): Variable[] {
  const template = { arguments: () => [argument] } as unknown as Template;
  return Object.values(analyzeSync([template], { partials: false }).variables).flat();
}

function locationOf({ location }: Variable): string {
  return `${location.row}:${location.col}`;
}

/**
 * The path up to the first segment that is only known while rendering (`contact[key]`). Liquid's `first`, `last` and
 * `size` are questions about a value, not names of one; but a contact may have a size or a first of its own.
 */
function pathOf(variable: Variable): string[] {
  const computed = variable.segments.findIndex((segment) => typeof segment === 'object');
  const path = (computed < 0 ? variable.segments : variable.segments.slice(0, computed)).map(String);
  const last = path.at(-1);
  const asked = attributePath(path).length > 1 && last && ['first', 'last', 'size'].includes(last);
  return asked ? path.slice(0, -1) : path;
}
