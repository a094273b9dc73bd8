import { renderPart, templateScope, type RenderFailure } from '../../core/template.js';
import type { CampaignPart } from '../../campaign.entity.js';

export type RenderedParts = { ok: true; texts: string[] } | { ok: false; code: RenderFailure };

/** The texts of all parts still to be sent, or why one of them cannot be written for this recipient. */
export function renderRemaining(recipient: {
  phone: string;
  name: string | null;
  variables: Record<string, unknown>;
  nextPart: number;
  parts: readonly CampaignPart[];
}): RenderedParts {
  const scope = templateScope(recipient);
  const texts: string[] = [];
  for (const part of recipient.parts.slice(recipient.nextPart)) {
    const rendered = renderPart(part, scope);
    if (!rendered.ok) return { ok: false, code: rendered.code };
    // PostgreSQL's text cannot hold the NUL character; no phone shows one either.
    texts.push(rendered.text.replaceAll('\u0000', ''));
  }
  return { ok: true, texts };
}
