export { CompareQuery, ExportQuery, StatsQueryDto } from './report-query.dto.js';
export { CampaignComparisonResponse } from './comparison-response.dto.js';
export { RecipientResponse, TraceResponse } from './recipient-response.dto.js';
export { CampaignStatsResponse } from './stats-response.dto.js';
export {
  presentCampaignStats,
  presentComparison,
  presentRecipients,
  presentTrace,
} from './report.presenter.js';
