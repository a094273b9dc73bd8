import type { FieldError } from '../../../lib/errors.js';
import { partTexts, writeTexts } from './content.js';
import { parsePart, type PartDraft, type PartInput } from './part-shape.js';
import { analyseTemplate, type TemplateError } from './templates/template-analysis.js';
import { attributePath, variableName } from './templates/template-variables.js';
import type { CampaignPart } from './part.js';

/** A variable that some text needs. */
export interface NeededVariable {
  /** As the template writes it: `contact.city`. */
  name: string;
  /** Where the value lies among a recipient's variables. */
  attribute: string[];
  /** The first text that uses it, as the request names it. */
  path: string;
  /** The variants whose recipients need it, from 0; absent when all recipients do. */
  variants?: number[];
}

export interface PartsInput {
  messages?: readonly PartInput[];
  template?: string;
}

export interface ReadParts {
  drafts: PartDraft[];
  needed: NeededVariable[];
  errors: FieldError[];
}

/** One text of a part and where the request has it. */
interface PartText {
  path: string;
  template: string;
  /** Characters allowed in the rendered text. */
  max: number;
}

/** Parses the message parts of a request, or returns their errors with paths. */
export function parseParts(input: PartsInput, defaultCountry?: string): ReadParts {
  if (input.messages && input.template !== undefined) {
    return refused('template', 'give either messages or template, not both');
  }
  if (input.template !== undefined) {
    const part: CampaignPart = { type: 'text', content: input.template };
    return {
      drafts: [{ part }],
      ...parseTemplates([{ path: 'template', template: input.template, max: partTexts.content.max }]),
    };
  }
  return parsePartList(input.messages ?? [], 'messages', defaultCountry);
}

/** Parses the list of parts at `path` of the request. */
export function parsePartList(
  messages: readonly PartInput[],
  path: string,
  defaultCountry?: string,
): ReadParts {
  if (messages.length === 0) {
    return refused(path, 'give the parts to send: messages: [{"type": "text", "content": "Hi {{ name }}"}]');
  }
  const drafts: PartDraft[] = [];
  const texts: PartText[] = [];
  const errors: FieldError[] = [];
  for (const [index, message] of messages.entries()) {
    const partPath = `${path}[${index}]`;
    const outcome = parsePart(message, partPath, defaultCountry);
    if (outcome.ok) {
      drafts.push(outcome.draft);
      texts.push(...textsOf(outcome.draft.part, partPath));
    } else errors.push(...outcome.errors);
  }
  const read = parseTemplates(texts);
  return { drafts, needed: read.needed, errors: [...errors, ...read.errors] };
}

/** What stored parts need of their recipients; `path` is where a request would have them. */
export function neededBy(parts: readonly CampaignPart[], path = 'messages'): NeededVariable[] {
  return parseTemplates(parts.flatMap((part, index) => textsOf(part, `${path}[${index}]`))).needed;
}

function textsOf(part: CampaignPart, path: string): PartText[] {
  const texts: PartText[] = [];
  writeTexts(part, (name, template, index) => {
    const place = `${path}.${name}${index === undefined ? '' : `[${index}]`}`;
    texts.push({ path: place, template, max: partTexts[name].max });
    return template;
  });
  return texts;
}

function refused(path: string, message: string): ReadParts {
  return { drafts: [], needed: [], errors: [{ path, message }] };
}

function parseTemplates(texts: readonly PartText[]): { needed: NeededVariable[]; errors: FieldError[] } {
  const errors: FieldError[] = [];
  const needed = new Map<string, NeededVariable>();
  for (const { path, template, max } of texts) {
    const analysis = analyseTemplate(template);
    if (!analysis.ok) {
      errors.push({ path, message: describe(analysis.error) });
      continue;
    }
    // The length of a text with variables depends on the recipient; one without is too long for all of them.
    if (template.length > max && !template.includes('{')) {
      errors.push({ path, message: `has ${template.length} characters; WhatsApp takes at most ${max} here` });
    }
    for (const variable of analysis.variables.filter(({ optional }) => !optional)) {
      const name = variableName(variable.path);
      const attribute = attributePath(variable.path);
      if (attribute.length === 0) {
        errors.push({
          path,
          message: 'contact is the whole contact; name a field of it, such as contact.name',
        });
      } else if (!needed.has(name)) {
        needed.set(name, { name, attribute, path });
      }
    }
  }
  return { needed: [...needed.values()], errors };
}

function describe({ message, line, column }: TemplateError): string {
  return line === undefined ? message : `${message} (line ${line}, column ${column})`;
}
