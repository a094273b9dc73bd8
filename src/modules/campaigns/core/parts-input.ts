import type { FieldError } from '../../../lib/errors.js';
import type { CampaignPart } from '../campaign.entity.js';
import { analyseTemplate, attributePath, variableName, type TemplateProblem } from './template-analysis.js';

/** A variable some recipient text cannot do without. */
export interface NeededVariable {
  /** As the template writes it: `contact.city`. */
  name: string;
  /** Where the value lies among a recipient's variables. */
  attribute: string[];
  /** The first part that uses it, as the request names it. */
  path: string;
}

export interface PartsInput {
  messages?: readonly CampaignPart[];
  template?: string;
}

/** Reads the message parts of a request, or says what is wrong with them and where. */
export function readParts(input: PartsInput): {
  parts: CampaignPart[];
  needed: NeededVariable[];
  errors: FieldError[];
} {
  if (input.messages && input.template !== undefined) {
    const message = 'give either messages or template, not both';
    return { parts: [], needed: [], errors: [{ path: 'template', message }] };
  }
  const places = (input.messages ?? []).map((part, index) => ({
    path: `messages[${index}].content`,
    content: part.type === 'text' ? part.content : '',
  }));
  if (input.template !== undefined) places.push({ path: 'template', content: input.template });
  if (places.length === 0) {
    const message = 'give the texts to send: messages: [{"type": "text", "content": "Hi {{ name }}"}]';
    return { parts: [], needed: [], errors: [{ path: 'messages', message }] };
  }
  return {
    parts: places.map(({ content }) => ({ type: 'text', content })),
    ...readTemplates(places),
  };
}

function readTemplates(places: { path: string; content: string }[]): {
  needed: NeededVariable[];
  errors: FieldError[];
} {
  const errors: FieldError[] = [];
  const needed = new Map<string, NeededVariable>();
  for (const { path, content } of places) {
    const analysis = analyseTemplate(content);
    if (!analysis.ok) {
      errors.push({ path, message: describe(analysis.error) });
      continue;
    }
    for (const variable of analysis.variables.filter(({ optional }) => !optional)) {
      const name = variableName(variable.path);
      const attribute = attributePath(variable.path);
      if (attribute.length === 0) {
        errors.push({
          path,
          message: 'contact is the whole contact; name a field of it, such as contact.name',
        });
      } else if (attribute[0] !== 'phoneNumber' && !needed.has(name)) {
        needed.set(name, { name, attribute, path });
      }
    }
  }
  return { needed: [...needed.values()], errors };
}

function describe(problem: TemplateProblem): string {
  return problem.line === undefined
    ? problem.message
    : `${problem.message} (line ${problem.line}, column ${problem.column})`;
}
