import { writeTexts } from './content.js';
import type { CampaignPart } from './part.js';

/**
 * A part whose texts are sent as they were written. Each becomes a variable of the recipient, and the part a template
 * of nothing but that variable: a value is never parsed as a template, so braces in a chat text stay braces.
 */
export function asLiteral(part: CampaignPart): { part: CampaignPart; variables: Record<string, string> } {
  const variables: Record<string, string> = {};
  const written = writeTexts(part, (name, text, index) => {
    if (text.trim() === '') return '';
    const variable = `literal_${name}${index === undefined ? '' : `_${index}`}`;
    variables[variable] = text;
    return `{{ ${variable} }}`;
  });
  return {
    part: written.type === 'text' ? { type: 'text', content: written.text } : written,
    variables,
  };
}
