export { costOfAll } from './core/cost.js';
export { compileFilter, type CompiledFilter } from './core/compile.js';
export type { Filter } from './core/filter.js';
export {
  CreateSegmentDto,
  filterSchema,
  PreviewSegmentDto,
  SegmentDto,
  SegmentPreviewDto,
  UpdateSegmentDto,
} from './segment.dto.js';
export {
  presentPreview,
  presentSegment,
  presentSegmentContacts,
  presentSegments,
} from './segment.presenter.js';
export { SegmentService, type SegmentDeps } from './segment.service.js';
