import { UndefinedVariableError } from 'liquidjs';
import { errorMessage } from '../../../lib/errors.js';
import type { CampaignPart } from '../campaign.entity.js';
import { MAX_TEXT_LENGTH, parseTemplate, renderTemplate } from './template-engine.js';

/** What a template may refer to. */
export interface TemplateScope {
  contact: Record<string, unknown>;
  phoneNumber: string;
  [variable: string]: unknown;
}

/**
 * `template_missing_variable`: the text needs something this recipient does not have, so nothing may be sent ("Hi ,");
 * `template_empty`: only blanks came out; `template_failed`: the template broke or outgrew a limit.
 */
export type RenderFailure = 'template_missing_variable' | 'template_empty' | 'template_failed';
export type RenderResult = { ok: true; text: string } | { ok: false; code: RenderFailure; reason: string };

/**
 * The variables of one recipient: each as `{{contact.x}}` and as `{{x}}`, besides `name` and `phoneNumber`.
 * Blank values are left out, so that a `default` or an `if` sees a blank name as what it is: no name.
 */
export function templateScope(recipient: {
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
}): TemplateScope {
  const contact = withoutBlanks({ name: recipient.name, phoneNumber: recipient.phone });
  Object.assign(contact, withoutBlanks(recipient.variables));
  return { phoneNumber: recipient.phone, ...contact, contact };
}

/** Renders one part for one recipient. Never throws. */
export function renderPart(part: CampaignPart, scope: TemplateScope): RenderResult {
  if (part.type !== 'text') return failure('template_failed', `A part of type ${part.type} has no text.`);
  try {
    const text = renderTemplate(parseTemplate(part.content), scope);
    if (text.trim() === '') return failure('template_empty', 'The text is empty for this recipient.');
    if (text.length > MAX_TEXT_LENGTH) {
      return failure('template_failed', `The text is longer than ${MAX_TEXT_LENGTH} characters.`);
    }
    return { ok: true, text };
  } catch (error) {
    const missing = missingVariable(error);
    return missing === undefined
      ? failure('template_failed', errorMessage(error))
      : failure('template_missing_variable', `The recipient has no value for ${missing}.`);
  }
}

function failure(code: RenderFailure, reason: string): RenderResult {
  return { ok: false, code, reason };
}

/** Liquid wraps the error of a variable once for every block around it. */
function missingVariable(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const original: unknown = 'originalError' in error ? error.originalError : undefined;
  if (error instanceof UndefinedVariableError) {
    return original instanceof Error && 'variableName' in original
      ? String(original.variableName)
      : 'a variable';
  }
  return missingVariable(original);
}

function withoutBlanks(values: Record<string, unknown>): Record<string, unknown> {
  // fromEntries defines own properties: a key such as `__proto__` stays a mere name.
  return Object.fromEntries(
    Object.entries(values)
      .filter(([, value]) => !isBlank(value))
      .map(([key, value]) => [key, isPlainObject(value) ? withoutBlanks(value) : value]),
  );
}

function isBlank(value: unknown): boolean {
  return value === undefined || value === null || (typeof value === 'string' && value.trim() === '');
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
}
