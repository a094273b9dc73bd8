import {
  CampaignComparisonResponse,
  CampaignStatsResponse,
  CompareQuery,
  ExportQuery,
  presentCampaignStats,
  presentComparison,
  presentRecipients,
  presentTrace,
  RecipientListQuery,
  RecipientResponse,
  StatsQueryDto,
  TraceResponse,
  type CampaignManager,
} from '../../modules/campaigns/index.js';
import { CampaignEventResponse, CampaignEventsQuery, presentLog } from '../../modules/events/index.js';
import { defineRoute, idOf, ok, type Route } from '../route.js';
import { sendStream } from '../send-stream.js';

const tag = 'campaigns';
const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
const CONTENT_TYPES = { csv: 'text/csv; charset=utf-8', xlsx: XLSX } as const;

/** What became of campaigns: numbers, recipients, traces, files, comparisons. */
export function campaignReportRoutes(deps: { campaigns: CampaignManager }): Route[] {
  return [...numberRoutes(deps), ...recipientRoutes(deps), eventsRoute(deps), exportRoute(deps)];
}

function numberRoutes({ campaigns }: { campaigns: CampaignManager }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/campaigns/compare',
      tag,
      summary: 'Put campaigns side by side, with how sure their rates are',
      access: 'campaigns:read',
      work: 'heavyRead',
      query: CompareQuery,
      response: {
        status: 200,
        description: 'The campaigns in the order asked for, and which rates really differ.',
        data: CampaignComparisonResponse,
      },
      handler: async ({ principal, query }) =>
        ok(presentComparison(await campaigns.reports.compare(principal.tenantId, query.ids))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/campaigns/:id/stats',
      tag,
      summary: 'Count recipients by state, sender, variant and code; on request messages by part and hour',
      access: 'campaigns:read',
      work: 'heavyRead',
      query: StatsQueryDto,
      response: { status: 200, description: 'The numbers of this moment.', data: CampaignStatsResponse },
      handler: async ({ principal, params, query }) =>
        ok(presentCampaignStats(await campaigns.stats(principal.tenantId, idOf(params), query))),
    }),
  ];
}

function eventsRoute({ campaigns }: { campaigns: CampaignManager }): Route {
  return defineRoute({
    method: 'get',
    path: '/api/campaigns/:id/events',
    tag,
    summary: 'Tell what happened to the campaign in the last 90 days, the newest first',
    access: 'campaigns:read',
    query: CampaignEventsQuery,
    response: { status: 200, description: 'A page of its log.', data: [CampaignEventResponse] },
    handler: async ({ principal, params, query }) =>
      ok(presentLog(await campaigns.events(principal.tenantId, idOf(params), query))),
  });
}

function recipientRoutes({ campaigns }: { campaigns: CampaignManager }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/campaigns/:id/contacts',
      tag,
      summary: 'List recipients and what became of them',
      access: 'campaigns:read',
      work: 'heavyRead',
      query: RecipientListQuery,
      response: { status: 200, description: 'A page of recipients.', data: [RecipientResponse] },
      handler: async ({ principal, params, query }) =>
        ok(presentRecipients(await campaigns.recipients(principal.tenantId, idOf(params), query))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/campaigns/:id/contacts/:contactId/trace',
      tag,
      summary: 'Tell why a recipient was sent to, or why not, step by step',
      access: 'campaigns:read',
      work: 'heavyRead',
      response: {
        status: 200,
        description: "The attempt history of the recipient; `contactId` may also be the recipient's own id.",
        data: TraceResponse,
      },
      handler: async ({ principal, params }) => {
        const { contactId = '' } = params;
        return ok(presentTrace(await campaigns.reports.trace(principal.tenantId, idOf(params), contactId)));
      },
    }),
  ];
}

function exportRoute({ campaigns }: { campaigns: CampaignManager }): Route {
  return defineRoute({
    method: 'get',
    path: '/api/campaigns/:id/export',
    tag,
    summary: 'Download the report of all recipients, or those in one state, as csv or xlsx',
    access: 'campaigns:read',
    work: 'download',
    query: ExportQuery,
    response: {
      status: 200,
      description: 'One line per recipient.',
      contentType: 'text/csv',
      otherTypes: [XLSX],
    },
    handler: async ({ principal, params, query, response }) => {
      const { format = 'csv', state } = query;
      const { fileName, chunks } = await campaigns.reports.export(principal.tenantId, idOf(params), {
        format,
        ...(state && { state }),
      });
      response.attachment(fileName).type(CONTENT_TYPES[format]);
      return sendStream(response, chunks);
    },
  });
}
