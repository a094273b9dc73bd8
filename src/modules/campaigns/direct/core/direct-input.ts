import type { FieldError } from '../../../../lib/errors.js';
import { isPhoneCountry, normalisePhone } from '../../../../lib/phone.js';
import type { CampaignPart } from '../../campaign.entity.js';
import { readContacts } from '../../core/audience-input.js';
import { writeTexts } from '../../core/content.js';
import { readPart, type PartInput } from '../../core/part-shape.js';
import { isStorable } from '../../core/storable.js';
import { analyseTemplate } from '../../core/template-analysis.js';
import type { DirectDraft, Refusal } from '../direct.types.js';

/** What one message of a request says, beside its part. */
export interface MessageInput extends PartInput {
  to: string;
  senderId?: string | null;
  at?: string | null;
  template?: boolean | null;
  variables?: Record<string, unknown> | null;
}

export interface BulkInput extends Omit<MessageInput, 'to'> {
  messages?: readonly MessageInput[] | null;
  recipients?: readonly unknown[] | null;
  skipInvalid?: boolean | null;
  defaultCountry?: string | null;
}

export interface InputRules {
  now: Date;
  defaultCountry: string | undefined;
}

export interface ReadMessages {
  drafts: DirectDraft[];
  refusals: Refusal[];
}

const YEAR_MS = 366 * 24 * 60 * 60 * 1_000;
const MAX_VARIABLES_LENGTH = 10_000;
/** What a request has beside the fields of its part. */
const ownFields = [
  'to',
  'senderId',
  'at',
  'template',
  'variables',
  'defaultCountry',
  'messages',
  'recipients',
  'skipInvalid',
];

/** Reads `POST /message/send`. */
export function readMessage(input: MessageInput, rules: InputRules): ReadMessages {
  const outcome = readOne(
    { place: '', recipientPath: 'to', index: 0, name: null, phone: input.to, input },
    rules,
  );
  return 'kind' in outcome ? { drafts: [], refusals: [outcome] } : { drafts: [outcome], refusals: [] };
}

/** Reads `POST /message/send-bulk` in either of its forms. A request that is neither is one refusal for all. */
export function readBulk(input: BulkInput, rules: InputRules): ReadMessages {
  const { messages, recipients } = input;
  const wrong = faultOfForm(input);
  if (wrong) return { drafts: [], refusals: [invalidMessage(0, [wrong])] };
  const asked = messages
    ? messages.map((message, index) => ({
        place: `messages[${index}].`,
        recipientPath: `messages[${index}].to`,
        index,
        name: null,
        phone: message.to,
        input: {
          ...message,
          senderId: message.senderId ?? input.senderId,
          at: message.at ?? input.at,
          template: message.template ?? input.template,
          variables: { ...input.variables, ...message.variables },
        },
      }))
    : [];
  const named = recipients ? readRecipients(recipients, input) : { asked: [], refusals: [] };
  const outcomes = [...asked, ...named.asked].map((one) => readOne(one, rules));
  const drafts = outcomes.flatMap((outcome) => ('kind' in outcome ? [] : [outcome]));
  const refusals = outcomes.flatMap((outcome) => ('kind' in outcome ? [outcome] : []));
  const repeated = recipients ? repeatedNumbers(drafts) : new Map<number, Refusal>();
  return {
    drafts: drafts.filter(({ index }) => !repeated.has(index)),
    refusals: [...named.refusals, ...refusals, ...repeated.values()],
  };
}

/** The country a request names for its numbers, or what is wrong with it. */
export function faultOfCountry(country: string | null | undefined): FieldError[] {
  if (country === undefined || country === null || isPhoneCountry(country)) return [];
  return [
    { path: 'defaultCountry', message: `"${country}" is not a country code; use two letters such as BR` },
  ];
}

interface Asked {
  place: string;
  recipientPath: string;
  index: number;
  name: string | null;
  phone: string;
  input: Omit<MessageInput, 'to'>;
}

function faultOfForm(input: BulkInput): FieldError | undefined {
  if (input.messages && input.recipients) {
    return { path: 'recipients', message: 'give either messages or recipients, not both' };
  }
  if (!input.messages && !input.recipients) {
    return {
      path: 'messages',
      message: 'give the messages to send: messages: [{"to": "+5511987654321", "type": "text", ...}]',
    };
  }
  if (input.recipients && !input.type) {
    return { path: 'type', message: 'recipients need the part they all get: "type": "text", "content": ...' };
  }
  const stray = input.messages ? Object.keys(partOf(input))[0] : undefined;
  if (stray !== undefined)
    return { path: stray, message: 'belongs into each of messages, or beside recipients' };
  return undefined;
}

/** Who gets the one part of the request. */
function readRecipients(
  recipients: readonly unknown[],
  input: BulkInput,
): { asked: Asked[]; refusals: Refusal[] } {
  const asked: Asked[] = [];
  const refusals: Refusal[] = [];
  recipients.forEach((recipient, index) => {
    const { contacts, errors } = readContacts([recipient]);
    const here = `recipients[${index}]`;
    const [contact] = contacts;
    if (!contact) {
      refusals.push(
        invalidMessage(
          index,
          errors.map((error) => ({ ...error, path: error.path.replace('contacts[0]', here) })),
        ),
      );
      return;
    }
    asked.push({
      place: '',
      recipientPath: typeof recipient === 'string' ? here : `${here}.phoneNumber`,
      index,
      name: contact.name,
      phone: contact.phoneNumber,
      input: { ...input, variables: { ...input.variables, ...contact.variables } },
    });
  });
  return { asked, refusals };
}

/** The same message to the same number twice is a mistake; different messages are not. */
function repeatedNumbers(drafts: readonly DirectDraft[]): Map<number, Refusal> {
  const first = new Map<string, number>();
  const repeated = new Map<number, Refusal>();
  for (const { index, phone, recipientPath: path } of drafts) {
    const earlier = first.get(phone);
    if (earlier === undefined) first.set(phone, index);
    else {
      const message = `is the same number as recipients[${earlier}]`;
      repeated.set(index, { ...invalidMessage(index, [{ path, message }]), code: 'duplicate' });
    }
  }
  return repeated;
}

function readOne(
  { place, recipientPath, index, name, phone, input }: Asked,
  rules: InputRules,
): DirectDraft | Refusal {
  const errors: FieldError[] = [];
  const number = normalisePhone(phone, rules.defaultCountry);
  if (!number.ok) errors.push({ path: recipientPath, message: number.reason });
  const at = readTime(input.at, rules.now);
  if (typeof at === 'string') errors.push({ path: `${place}at`, message: at });
  const template = input.template ?? false;
  const variables = input.variables ?? {};
  errors.push(...variableProblems(variables, template, place));
  const part = readPart(partOf(input), place.replace(/\.$/, ''), rules.defaultCountry);
  if (!part.ok) errors.push(...part.errors.map((error) => ({ ...error, path: undotted(error.path) })));
  else errors.push(...textProblems(part.draft.part, place, template));
  if (errors.length > 0 || !number.ok || !part.ok || typeof at === 'string')
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
    at,
  };
}

/** The fields of a request that make its part. */
function partOf(input: object): PartInput {
  const entries = Object.entries(input).filter(
    ([key, value]) => !ownFields.includes(key) && value !== undefined && value !== null,
  );
  return Object.fromEntries(entries) as unknown as PartInput;
}

function withPlace(draft: DirectDraft['draft']): DirectDraft['draft'] {
  return draft.file ? { ...draft, file: { ...draft.file, path: undotted(draft.file.path) } } : draft;
}

/** A part that is the request itself has no place before its fields. */
function undotted(path: string): string {
  return path.replace(/^\./, '');
}

/** The time, undefined for at once, or what is wrong with it. */
function readTime(text: string | null | undefined, now: Date): Date | undefined | string {
  if (text === undefined || text === null) return undefined;
  const at = new Date(text);
  if (Number.isNaN(at.getTime())) return 'must be a time such as 2031-05-24T09:30:00Z';
  if (at <= now) return 'is in the past; leave it out to send at once';
  return at.getTime() - now.getTime() > YEAR_MS ? 'is more than a year ahead' : at;
}

function variableProblems(
  variables: Record<string, unknown>,
  template: boolean,
  place: string,
): FieldError[] {
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

function textProblems(part: CampaignPart, place: string, template: boolean): FieldError[] {
  const errors: FieldError[] = [];
  writeTexts(part, (name, text, index) => {
    const path = `${place}${name}${index === undefined ? '' : `[${index}]`}`;
    const message = template ? templateFault(text) : literalFault(text);
    if (message) errors.push({ path, message });
    return text;
  });
  return errors;
}

function templateFault(text: string): string | undefined {
  const analysis = analyseTemplate(text);
  if (analysis.ok) return undefined;
  const { message, line, column } = analysis.error;
  return line === undefined ? message : `${message} (line ${line}, column ${column})`;
}

function literalFault(text: string): string | undefined {
  if (text.trim() === '') return 'must not be blank';
  return isStorable(text) ? undefined : 'contains a broken or NUL character, which cannot be stored';
}

function invalidMessage(index: number, errors: FieldError[]): Refusal {
  return { index, kind: 'invalid', code: 'invalid_input', errors };
}
