export { PreviewService } from './preview.service.js';
export {
  CreateTemplateDto,
  PreviewResponse,
  PreviewTemplateDto,
  TemplateResponse,
  UpdateTemplateDto,
} from './template.dto.js';
export { presentPreview, presentTemplate, presentTemplates } from './template.presenter.js';
export { TemplateService } from './template.service.js';
export { withSavedTexts } from './saved-texts.js';
