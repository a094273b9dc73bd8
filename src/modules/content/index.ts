export {
  renderFailures,
  type RenderFailure,
  choiceSeed,
  renderPart,
  templateScope,
} from './core/templates/template.js';
export { MAX_TEMPLATE_LENGTH } from './core/templates/template-engine.js';
export {
  checkText,
  previewText,
  type PreviewedText,
  type TextVariable,
} from './core/templates/text-preview.js';
export type { CampaignPart } from './core/part.js';
export type { CampaignFile, CampaignMedia } from './part-files.ports.js';
export { renderRemaining } from './core/render.js';
export { mediaIdOf, readableText, type RenderedContent } from './core/content.js';
export { CampaignPartResponse, CampaignPartDto, MAX_PARTS } from './part.dto.js';
export { presentPart } from './part.presenter.js';
export { CampaignParts, type FilesOfRequest } from './part-files.service.js';
export type { NeededVariable } from './core/parts-input.js';
export { harmlessValueBytes } from './core/templates/text-risk.js';
export { asLiteral } from './core/literal.js';
export type { PartDraft } from './core/part-shape.js';
