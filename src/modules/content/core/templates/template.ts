import { personName } from '../../../../lib/names.js';
import { UndefinedVariableError } from 'liquidjs';
import { errorMessage } from '../../../../lib/errors.js';
import { spin } from './spintax.js';
import { partTexts, writeTexts, type PartTextName, type RenderedContent } from '../content.js';
import { MAX_TEXT_LENGTH, RenderBudget } from './render-budget.js';
import { parseTemplate, renderTemplate } from './template-engine.js';
import { hasHalfCharacter } from './text-characters.js';
import type { CampaignPart } from '../part.js';

/** What a template may refer to. */
export interface TemplateScope {
  contact: Record<string, unknown>;
  /** Missing for a person without a number. */
  phoneNumber?: string;
  [variable: string]: unknown;
}

/**
 * `template_missing_variable`: the text needs something this recipient does not have, so nothing may be sent ("Hi ,");
 * `template_empty`: only blanks came out; `template_failed`: the template broke or outgrew a limit.
 */
export const renderFailures = ['template_missing_variable', 'template_empty', 'template_failed'] as const;
export type RenderFailure = (typeof renderFailures)[number];
export type RenderResult =
  | { ok: true; content: RenderedContent }
  /** `variable`: the one that is missing, as the template writes it. */
  | { ok: false; code: RenderFailure; reason: string; variable?: string };

/**
 * The variables of one recipient: each as `{{contact.x}}` and as `{{x}}`, besides `name` and `phoneNumber`.
 * Blank values are left out, so that a `default` or an `if` sees a blank name as what it is: no name. So is the number of a
 * person who is written to by another identity, which no text shows.
 */
export function templateScope(recipient: {
  phone: string | null;
  name: string | null;
  variables: Record<string, unknown>;
}): TemplateScope {
  const contact: Record<string, unknown> = {};
  addValues(contact, withoutMissingName({ name: recipient.name }));
  addValues(contact, withoutMissingName(recipient.variables));
  // Last: a variable of this name must not replace the number that the message goes to.
  if (isNumber(recipient.phone)) contact['phoneNumber'] = recipient.phone;
  else delete contact['phoneNumber'];
  const scope: TemplateScope = { ...contact, contact };
  // Without its own `size` Liquid would return the number of the contact's attributes.
  for (const values of [scope, contact]) {
    if (!Object.hasOwn(values, 'size')) Object.defineProperty(values, 'size', { value: undefined });
  }
  return scope;
}

/** Other identities begin with their kind; the number of a made-up person in a preview may have any form. */
function isNumber(address: string | null): address is string {
  return address !== null && /^[+(]?\d/.test(address);
}

/** A name that cannot be seen, or `NULL` in its place, is none, however it was given. */
function withoutMissingName(variables: Record<string, unknown>): Record<string, unknown> {
  const { name } = variables;
  return typeof name === 'string' && personName(name) === null ? { ...variables, name: null } : variables;
}

/**
 * Renders one part for one recipient, with all its texts. Never throws. `seed` decides the choices (`{a|b}`): see
 * `choiceSeed`. The parts of one message share the `budget`.
 */
export function renderPart(
  part: CampaignPart,
  scope: TemplateScope,
  seed = '',
  budget = new RenderBudget(),
): RenderResult {
  return writePart(part, (name, template) => writeText(name, spin(template, seed), scope, budget));
}

/** A part whose texts are sent as they were written: braces in a chat text stay braces. Never throws. */
export function literalPart(part: CampaignPart): RenderResult {
  return writePart(part, usableText);
}

function writePart(part: CampaignPart, write: (name: PartTextName, text: string) => string): RenderResult {
  try {
    const content = writeTexts(part, write);
    return content.type === 'poll' && new Set(content.choices).size < content.choices.length
      ? failure('template_failed', 'Two choices of the poll are the same for this recipient.')
      : { ok: true, content };
  } catch (error) {
    if (error instanceof UnusableText) return failure(error.code, error.message);
    const missing = missingVariable(error);
    return missing === undefined
      ? failure('template_failed', errorMessage(error))
      : {
          ...failure('template_missing_variable', `The recipient has no value for ${missing}.`),
          variable: missing,
        };
  }
}

/** Why one of several texts cannot be used; caught in this file. */
class UnusableText extends Error {
  constructor(
    readonly code: RenderFailure,
    message: string,
  ) {
    super(message);
  }
}

function writeText(name: PartTextName, template: string, scope: TemplateScope, budget: RenderBudget): string {
  const rendered = renderTemplate(parseTemplate(template), scope, budget);
  // The length of a text put together from pieces is known before it is copied into one: it may be 500 MB.
  if (rendered.length > MAX_TEXT_LENGTH) throw tooLong(name, MAX_TEXT_LENGTH);
  const text = usableText(name, rendered);
  if (OBJECT.test(text) && !OBJECT.test(template)) {
    const message = `The text (${name}) prints a value that is an object; name a field of it: {{ address.city }}.`;
    throw new UnusableText('template_failed', message);
  }
  return text;
}

function usableText(name: PartTextName, given: string): string {
  // PostgreSQL's text cannot hold the NUL character; no phone shows one either.
  const text = given.replaceAll('\u0000', '');
  const { max, required } = partTexts[name];
  if (text.trim() === '') {
    if (!required) return '';
    throw new UnusableText('template_empty', `The text (${name}) is empty for this recipient.`);
  }
  if (text.length > max) throw tooLong(name, max);
  if (hasHalfCharacter(text)) {
    const message = `The text (${name}) has half of a character: it cuts an emoji or a letter apart.`;
    throw new UnusableText('template_failed', message);
  }
  return text;
}

/** An object printed by JavaScript, perhaps through `upcase`. */
const OBJECT = /\[object object\]/i;

function tooLong(name: PartTextName, max: number): UnusableText {
  return new UnusableText('template_failed', `The text (${name}) is longer than ${max} characters.`);
}

/**
 * A contact gets the same choices in the preview, in the campaign and in a resend: they depend on the contact, the
 * position of the part and the text, not on the campaign.
 */
export function choiceSeed(contactId: string, part: number): string {
  return `${contactId}:${part}`;
}

function failure(code: RenderFailure, reason: string): RenderResult & { ok: false } {
  return { ok: false, code, reason };
}

/** Liquid wraps the error of a variable once for every block around it, and other errors of reading one likewise. */
function missingVariable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const original: unknown = 'originalError' in error ? error.originalError : undefined;
  if (error instanceof UndefinedVariableError) {
    const named = original instanceof Error && 'variableName' in original;
    return named ? String(original.variableName) : undefined;
  }
  return missingVariable(original);
}

/** Those that are not blank, as own properties: a key such as `__proto__` stays a mere name. */
function addValues(to: Record<string, unknown>, values: Record<string, unknown>): void {
  for (const [key, given] of Object.entries(values)) {
    if (isBlank(given)) continue;
    const value = isPlainObject(given) ? withoutBlanks(given) : given;
    if (key in Object.prototype)
      Object.defineProperty(to, key, { value, writable: true, enumerable: true, configurable: true });
    else to[key] = value;
  }
}

function withoutBlanks(values: Record<string, unknown>): Record<string, unknown> {
  const kept = {};
  addValues(kept, values);
  return kept;
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
