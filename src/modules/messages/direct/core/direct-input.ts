import type { FieldError } from '../../../../lib/errors.js';
import { isPhoneCountry } from '../../../../lib/phone.js';
import { writeTexts } from '../../../content/core/content.js';
import { parsePart, type PartInput } from '../../../content/core/part-shape.js';
import { readAddress } from '../../../contacts/core/person-input.js';
import { isStorable } from '../../../../lib/storable.js';
import { analyseTemplate } from '../../../content/core/templates/template-analysis.js';
import type { DirectDraft, RefusedMessage } from '../direct.types.js';
import type { CampaignPart } from '../../../content/core/part.js';

/** The fields of one message of a request, beside those of its part. */
export interface MessageInput extends PartInput {
  to: string;
  senderId?: string | null;
  sendAt?: string | null;
  replyTo?: string | null;
  template?: boolean | null;
  variables?: Record<string, unknown> | null;
}

export interface InputRules {
  now: Date;
  defaultCountry: string | undefined;
}

export interface ReadMessages {
  drafts: DirectDraft[];
  refused: RefusedMessage[];
}

const YEAR_MS = 366 * 24 * 60 * 60 * 1_000;
const MAX_VARIABLES_LENGTH = 10_000;
/** Fields of a request that do not belong to its part. */
const ownFields = new Set([
  'to',
  'senderId',
  'sendAt',
  'replyTo',
  'purpose',
  'template',
  'variables',
  'defaultCountry',
  'messages',
  'recipients',
  'skipInvalid',
]);

/** Parses `POST /message/send`. */
export function parseMessage(input: MessageInput, rules: InputRules): ReadMessages {
  const outcome = parseAsked(
    { place: '', recipientPath: 'to', index: 0, name: null, phone: input.to, input },
    rules,
  );
  return 'kind' in outcome ? { drafts: [], refused: [outcome] } : { drafts: [outcome], refused: [] };
}

/** Errors of the country a request gives for its numbers. */
export function countryError(country: string | null | undefined): FieldError[] {
  if (country === undefined || country === null || isPhoneCountry(country)) return [];
  return [
    { path: 'defaultCountry', message: `"${country}" is not a country code; use two letters such as BR` },
  ];
}

/** One message as a request asks for it. */
export interface Asked {
  place: string;
  recipientPath: string;
  index: number;
  name: string | null;
  phone: string;
  input: Omit<MessageInput, 'to'>;
}

/** Parses one message, or returns all of its errors. */
export function parseAsked(
  { place, recipientPath, index, name, phone, input }: Asked,
  rules: InputRules,
): DirectDraft | RefusedMessage {
  const errors: FieldError[] = [];
  const number = readAddress(phone, rules.defaultCountry);
  if (!number.ok) errors.push({ path: recipientPath, message: number.reason });
  const sendAt = parseTime(input.sendAt, rules.now);
  if (typeof sendAt === 'string') errors.push({ path: `${place}sendAt`, message: sendAt });
  const template = input.template ?? false;
  const variables = input.variables ?? {};
  errors.push(...variableErrors(variables, template, place));
  const part = parsePart(partOf(input), place.replace(/\.$/, ''), rules.defaultCountry);
  if (!part.ok) errors.push(...part.errors.map((error) => ({ ...error, path: undotted(error.path) })));
  else errors.push(...textErrors(part.draft.part, place, template));
  if (errors.length > 0 || !number.ok || !part.ok || typeof sendAt === 'string')
    return invalidMessage(index, errors);
  return {
    index,
    place,
    recipientPath,
    phone: number.phone,
    name,
    draft: withPlace(part.draft),
    template,
    variables,
    senderId: input.senderId?.toLowerCase() ?? undefined,
    sendAt,
    replyTo: input.replyTo?.toLowerCase() ?? undefined,
  };
}

/** The fields of a request that belong to its part. */
export function partOf(input: object): PartInput {
  const entries = Object.entries(input).filter(
    ([key, value]) => !ownFields.has(key) && value !== undefined && value !== null,
  );
  return Object.fromEntries(entries) as unknown as PartInput;
}

function withPlace(draft: DirectDraft['draft']): DirectDraft['draft'] {
  return draft.file ? { ...draft, file: { ...draft.file, path: undotted(draft.file.path) } } : draft;
}

/** Without the leading dot: the fields of a part that is the request itself have no prefix. */
function undotted(path: string): string {
  return path.replace(/^\./, '');
}

/** The time, undefined for at once, or the error in words. */
function parseTime(text: string | null | undefined, now: Date): Date | undefined | string {
  if (text === undefined || text === null) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return 'must be a time such as 2031-05-24T09:30:00Z';
  if (at <= now) return 'is in the past; leave it out to send at once';
  return at.getTime() - now.getTime() > YEAR_MS ? 'is more than a year ahead' : at;
}

function variableErrors(variables: Record<string, unknown>, template: boolean, place: string): FieldError[] {
  const path = `${place}variables`;
  const names = Object.keys(variables);
  if (names.length === 0) return [];
  if (!template) {
    return [{ path, message: 'are for templates; say "template": true to have the text read as one' }];
  }
  if (JSON.stringify(variables).length > MAX_VARIABLES_LENGTH) {
    return [{ path, message: `must be at most ${MAX_VARIABLES_LENGTH} characters` }];
  }
  return isStorable(variables) ? [] : [{ path, message: 'contains a broken or NUL character' }];
}

function textErrors(part: CampaignPart, place: string, template: boolean): FieldError[] {
  const errors: FieldError[] = [];
  writeTexts(part, (name, text, index) => {
    const path = `${place}${name}${index === undefined ? '' : `[${index}]`}`;
    const message = template ? templateErrorOf(text) : literalErrorOf(text);
    if (message) errors.push({ path, message });
    return text;
  });
  return errors;
}

function templateErrorOf(text: string): string | undefined {
  const analysis = analyseTemplate(text);
  if (analysis.ok) return undefined;
  const { message, line, column } = analysis.error;
  return line === undefined ? message : `${message} (line ${line}, column ${column})`;
}

function literalErrorOf(text: string): string | undefined {
  if (text.trim() === '') return 'must not be blank';
  return isStorable(text) ? undefined : 'contains a broken or NUL character, which cannot be stored';
}

export function invalidMessage(index: number, errors: FieldError[]): RefusedMessage {
  return { index, kind: 'invalid', code: 'invalid_input', errors };
}
