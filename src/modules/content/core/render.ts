import type { RenderedContent } from './content.js';
import { choiceSeed, renderPart, templateScope, type RenderFailure } from './templates/template.js';
import { RenderBudget } from './templates/render-budget.js';
import type { CampaignPart } from './part.js';

export type RenderedParts = { ok: true; contents: RenderedContent[] } | { ok: false; code: RenderFailure };

/** The contents of all parts still to be sent, or why one of them cannot be written for this recipient. */
export function renderRemaining(recipient: {
  contactId: string;
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
  nextPart: number;
  parts: readonly CampaignPart[];
}): RenderedParts {
  const scope = templateScope(recipient);
  const budget = new RenderBudget();
  const contents: RenderedContent[] = [];
  for (const [index, part] of recipient.parts.entries()) {
    if (index < recipient.nextPart) continue;
    const rendered = renderPart(part, scope, choiceSeed(recipient.contactId, index), budget);
    if (!rendered.ok) return { ok: false, code: rendered.code };
    contents.push(rendered.content);
  }
  return { ok: true, contents };
}
