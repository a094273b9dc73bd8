// Parts: what one message may contain, as requests and responses have it.
export type { CampaignPart } from './core/part.js';
export type { PartDraft } from './core/part-shape.js';
export type { NeededVariable } from './core/parts-input.js';
export { CampaignPartDto, CampaignPartResponse, MAX_PARTS } from './part.dto.js';
export { presentPart } from './part.presenter.js';

// Files of parts: looked up, fetched, checked and locked.
export { CampaignParts, type FilesOfRequest } from './part-files.service.js';
export type { CampaignFile, CampaignMedia } from './part-files.ports.js';

// Rendering: parts and texts for one recipient.
export { renderRemaining } from './core/render.js';
export { mediaIdOf, readableText, type RenderedContent } from './core/content.js';
export {
  choiceSeed,
  renderFailures,
  renderPart,
  templateScope,
  type RenderFailure,
} from './core/templates/template.js';

// Templates: checks and previews of a text.
export { analyseAhead } from './analyse-ahead.js';
export { RenderBudget } from './core/templates/render-budget.js';
export { MAX_TEMPLATE_LENGTH } from './core/templates/template-engine.js';
export {
  checkText,
  previewText,
  type PreviewedText,
  type TextVariable,
} from './core/templates/text-preview.js';
export { harmlessValueBytes } from './core/templates/text-risk.js';
