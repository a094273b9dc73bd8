export { CompareQuery, ExportQuery, StatsQueryDto } from './report-query.dto.js';
export {
  CampaignComparisonResponse,
  CampaignStatsResponse,
  RecipientResponse,
  TraceResponse,
} from './report-response.dto.js';
export {
  presentCampaignStats,
  presentComparison,
  presentRecipients,
  presentTrace,
} from './report.presenter.js';
