import { parseParts } from '../parts-input.js';
import { analyseTemplate } from './template-analysis.js';
import { variableName } from './template-variables.js';
import { choiceSeed, renderPart, templateScope, type RenderFailure } from './template.js';

/** What a text refers to. */
export interface TextVariable {
  /** As the text writes it: `contact.city`. */
  name: string;
  /** False when every use has a default or stands in a condition about it. */
  required: boolean;
}

export type CheckedText = { ok: true; variables: TextVariable[] } | { ok: false; message: string };

/** Whether a text is valid as a part of a campaign, and which variables it needs. */
export function checkText(content: string): CheckedText {
  const [error] = parseParts({ template: content }).errors;
  if (error) return { ok: false, message: error.message };
  const analysis = analyseTemplate(content);
  if (!analysis.ok) return { ok: false, message: analysis.error.message };
  const variables = analysis.variables.map(({ path, optional }) => ({
    name: variableName(path),
    required: !optional,
  }));
  return { ok: true, variables };
}

export type PreviewedText =
  { ok: true; text: string } | { ok: false; code: RenderFailure; reason: string; variable?: string };

/** The text as the first part of a campaign would show it to this person, or why it cannot. */
export function previewText(
  content: string,
  person: { id: string; phone: string | null; name: string | null; variables: Record<string, unknown> },
): PreviewedText {
  const rendered = renderPart({ type: 'text', content }, templateScope(person), choiceSeed(person.id, 0));
  if (!rendered.ok) return rendered;
  return { ok: true, text: rendered.content.type === 'text' ? rendered.content.text : '' };
}
