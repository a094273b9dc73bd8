import type { Page } from '../../lib/pages.js';
import type { Preview } from './preview.service.js';
import type { PreviewedTextResponse, PreviewResponse, TemplateResponse } from './template.dto.js';
import type { ReadTemplate } from './template.service.js';

export function presentTemplate(template: ReadTemplate): TemplateResponse {
  const { id, name, content, variables, createdAt, updatedAt } = template;
  return {
    id,
    name,
    content,
    variables,
    createdAt: createdAt.toISOString(),
    updatedAt: updatedAt.toISOString(),
  };
}

export function presentTemplates(page: Page<ReadTemplate>): Page<TemplateResponse> {
  return { ...page, items: page.items.map(presentTemplate) };
}

export function presentPreview({ variables, items }: Preview): PreviewResponse {
  return { variables, items: items.map(presentItem) };
}

function presentItem({ contactId, phone, name, outcome }: Preview['items'][number]): PreviewedTextResponse {
  const person = { contactId, phoneNumber: phone, name };
  if (outcome.ok) return { ...person, text: outcome.text };
  const { code, reason, variable } = outcome;
  return { ...person, code, reason, ...(variable === undefined ? {} : { variable }) };
}
