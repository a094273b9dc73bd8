import { LiquidError, Output, TypeGuards, Value, type Template } from 'liquidjs';
import { errorMessage } from '../../../../lib/errors.js';
import { isStorable } from '../../../../lib/storable.js';
import { placeholderError, unreadablePlaceholder } from './placeholders.js';
import { parseSpintax, withoutMarkers, type SpinText } from './spintax.js';
import { tokensOf } from './template-limits.js';
import { checkSyntax, childrenOf, MAX_TEMPLATE_LENGTH, parseTemplate } from './template-engine.js';
import { argumentError, type GivenArgument } from './template-filters.js';
import { variablesOf, type TemplateVariable } from './template-variables.js';
import { textCache } from './text-cache.js';

type Expression = Value['initial']['postfix'];
type FilterArgument = Value['filters'][number]['args'][number];

export interface TemplateError {
  message: string;
  /** From 1; absent when the error is in the whole text. */
  line?: number;
  column?: number;
}

export type TemplateAnalysis =
  { ok: true; variables: TemplateVariable[] } | { ok: false; error: TemplateError };

/** Cached, because a text takes milliseconds to analyse and a request analyses it more than once. */
const VARIABLE_BYTES = 300;
const CACHED_BYTES = 32 * 1024 * 1024;
const cache = textCache<TemplateAnalysis>(CACHED_BYTES, (text, analysis) =>
  analysis.ok ? 2 * text.length + VARIABLE_BYTES * analysis.variables.length : 4 * text.length,
);
/** Analysis time grows with the square of these. No message has as many, and this many take at most 20 ms. */
const MAX_MARKERS = 400;
const MAX_VALUES = 400;
/** Of blocks, and of brackets: each costs stack, and the ones around it are gone through for what is inside. */
const MAX_DEPTH = 20;
/** The start of a tag, a variable or a choice, or an escaped character. */
const MARKERS = /\{[{%]?|\\[{|}]/g;

/**
 * The variables a template needs, over all options of its choices and without those it assigns itself; or its first
 * error.
 */
export function analyseTemplate(text: string): TemplateAnalysis {
  if (text.length > MAX_TEMPLATE_LENGTH) return analyse(text);
  return cache(text, () => analyse(text));
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
  const markers = text.match(MARKERS)?.length ?? 0;
  if (markers > MAX_MARKERS) {
    const message = `The text has ${markers} tags, variables, choices and escaped characters; at most ${MAX_MARKERS} are allowed.`;
    return { ok: false, error: { message } };
  }
  const spins = parseSpintax(text);
  if (!spins.ok) {
    return { ok: false, error: { message: spins.error.message, ...lineAndColumn(text, spins.error.at) } };
  }
  try {
    const plain = withoutMarkers(text, spins);
    const templates = parseTemplate(plain);
    parseOptions(plain, spins);
    const found =
      sizeErrorIn(templates) ??
      outputErrorIn(templates) ??
      argumentErrorIn(templates) ??
      literalErrorIn(templates);
    return found ? { ok: false, error: found } : { ok: true, variables: variablesOf(templates) };
  } catch (error) {
    return { ok: false, error: templateErrorOf(error) };
  }
}

/** Too many values, or blocks or brackets nested too deep. */
function sizeErrorIn(templates: Template[]): TemplateError | undefined {
  let values = 0;
  const errorIn = (inside: Template[], depth: number): TemplateError | undefined => {
    for (const template of inside) {
      const errorOf = (message: string): TemplateError => {
        const [line, column] = template.token.getPosition();
        return { message, line, column };
      };
      if (depth > MAX_DEPTH) return errorOf(`blocks are nested more than ${MAX_DEPTH} deep`);
      for (const token of tokensOf(template)) {
        values += 1;
        if (values > MAX_VALUES) return errorOf(`the text has more than ${MAX_VALUES} values in its tags`);
        if (bracketDepth(token.getText()) > MAX_DEPTH) {
          return errorOf(`brackets are nested more than ${MAX_DEPTH} deep`);
        }
      }
      const found = errorIn(childrenOf(template), depth + 1);
      if (found) return found;
    }
    return undefined;
  };
  return errorIn(templates, 0);
}

function bracketDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (const character of text) {
    if (character === '[') depth += 1;
    if (character === ']') depth -= 1;
    deepest = Math.max(deepest, depth);
  }
  return deepest;
}

/** Each option must parse alone: a choice would tear apart a block that begins in one option and ends elsewhere. */
function parseOptions(plain: string, { options }: SpinText): void {
  for (const { start, end } of options) {
    const option = plain.slice(start, end);
    if (!option.includes('{%') || parsesAlone(option)) continue;
    // Parsed again at its position, so that the error has the right line and column.
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

/**
 * Refused here because Liquid accepts it: of several values side by side it takes the first, and without a value it
 * prints nothing.
 */
function outputErrorIn(templates: Template[]): TemplateError | undefined {
  for (const template of templates) {
    for (const value of valuesOf(template)) {
      const message =
        valueError(value.initial.postfix) ??
        (template instanceof Output ? placeholderError(value) : undefined);
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

/** The first filter with wrong arguments, as far as the template shows them. */
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

/** `"\ud83d"` writes half of a character, and `"\0"` one that is none: no text with it can be sent. */
function literalErrorIn(templates: Template[]): TemplateError | undefined {
  for (const template of templates) {
    const literals = valuesOf(template).flatMap(({ initial, filters }) => [
      ...initial.postfix,
      ...filters.flatMap(({ args }) => args.flat()),
    ]);
    const broken = literals.find(
      (token) => typeof token === 'object' && TypeGuards.isQuotedToken(token) && !isStorable(token.content),
    );
    if (broken) {
      const [line, column] = template.token.getPosition();
      return { message: 'a text in quotes contains a broken or NUL character', line, column };
    }
    const inside = literalErrorIn(childrenOf(template));
    if (inside) return inside;
  }
  return undefined;
}

function valuesOf(template: Template): Value[] {
  return [...(template.arguments?.() ?? [])].filter((argument) => argument instanceof Value);
}

function givenArgument(argument: FilterArgument): GivenArgument {
  // `name: value`, which none of the filters here takes: always wrong.
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
  const placeholder = unreadablePlaceholder(token.input, token.begin);
  return { message: placeholder ?? message.replace(/, line:\d+, col:\d+$/, ''), line, column };
}
