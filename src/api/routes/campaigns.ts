import { PageQuery } from '../../lib/page-query.js';
import { RemovedDto } from '../../lib/removed.dto.js';
import {
  CampaignListQuery,
  CampaignResponse,
  CheckedCampaignResponse,
  CreateCampaignDto,
  presentCampaign,
  presentCampaigns,
  presentChecked,
  presentProblems,
  RecipientProblemsResponse,
  UpdateCampaignDto,
  type CampaignManager,
} from '../../modules/campaigns/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';
import { campaignControlRoutes } from './campaign-control.js';
import { campaignReportRoutes } from './campaign-reports.js';

const tag = 'campaigns';

/** Campaigns: create, run, watch, report. */
export function campaignRoutes(deps: { campaigns: CampaignManager }): Route[] {
  return [
    ...collectionRoutes(deps),
    ...actionRoutes(deps),
    ...draftRoutes(deps),
    ...campaignControlRoutes(deps),
    ...campaignReportRoutes(deps),
  ];
}

function collectionRoutes({ campaigns }: { campaigns: CampaignManager }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/campaigns',
      tag,
      summary: 'List campaigns, newest first',
      access: 'campaigns:read',
      work: 'heavyRead',
      query: CampaignListQuery,
      response: { status: 200, description: 'A page of campaigns.', data: [CampaignResponse] },
      handler: async ({ principal, query }) =>
        ok(presentCampaigns(await campaigns.list(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/campaigns',
      tag,
      summary: 'Create a draft campaign with its recipients',
      access: 'campaigns:write',
      work: 'heavyWrite',
      body: CreateCampaignDto,
      idempotent: true,
      response: {
        status: 201,
        description:
          'The draft; `warnings` tells how many recipients will get nothing for want of a variable.',
        data: CheckedCampaignResponse,
      },
      handler: async ({ principal, body, signal }) =>
        created(presentChecked(await campaigns.create(principal.tenantId, body, signal))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/campaigns/:id',
      tag,
      summary: 'Show a campaign',
      access: 'campaigns:read',
      response: { status: 200, description: 'The campaign.', data: CampaignResponse },
      handler: async ({ principal, params }) =>
        ok(presentCampaign(await campaigns.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/campaigns/:id',
      tag,
      summary:
        'Change a campaign: a draft in everything but its audience, later what no recipient has had yet',
      access: 'campaigns:write',
      work: 'heavyWrite',
      body: UpdateCampaignDto,
      response: { status: 200, description: 'The changed campaign.', data: CheckedCampaignResponse },
      handler: async ({ principal, params, body, signal }) =>
        ok(presentChecked(await campaigns.update(principal.tenantId, idOf(params), body, signal))),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/campaigns/:id',
      tag,
      summary: 'Delete a campaign that is not running, with its recipients',
      access: 'campaigns:write',
      work: 'heavyWrite',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        await campaigns.remove(principal.tenantId, idOf(params));
        return ok({ id: idOf(params) });
      },
    }),
  ];
}

const actions = {
  start: 'Start a campaign, or go on with a paused one',
  pause: 'Pause a running campaign; what was handed over already still arrives',
  resume: 'Go on with a paused campaign',
  stop: 'Stop a campaign for good; recipients not on their way are skipped',
} as const;

function actionRoutes({ campaigns }: { campaigns: CampaignManager }): Route[] {
  const shared = (action: keyof typeof actions) =>
    ({
      method: 'post',
      path: `/api/campaigns/:id/${action}`,
      tag,
      summary: actions[action],
      access: 'campaigns:write',
    }) as const;
  const description = 'The campaign in its new state.';
  const begins = (['start', 'resume'] as const).map((action) =>
    defineRoute({
      ...shared(action),
      response: { status: 200, description, data: CheckedCampaignResponse },
      handler: async ({ principal, params }) =>
        ok(presentChecked(await campaigns[action](principal.tenantId, idOf(params)))),
    }),
  );
  const ends = (['pause', 'stop'] as const).map((action) =>
    defineRoute({
      ...shared(action),
      response: { status: 200, description, data: CampaignResponse },
      handler: async ({ principal, params }) =>
        ok(presentCampaign(await campaigns[action](principal.tenantId, idOf(params)))),
    }),
  );
  return [...begins, ...ends];
}

function draftRoutes({ campaigns }: { campaigns: CampaignManager }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/campaigns/:id/problems',
      tag,
      summary:
        'List recipients whose text could not be written, and those that an error of Starling has ended',
      access: 'campaigns:read',
      work: 'heavyRead',
      query: PageQuery,
      response: {
        status: 200,
        description: 'Recipients with their problems. A page may be short, even empty, and go on.',
        data: [RecipientProblemsResponse],
      },
      handler: async ({ principal, params, query }) =>
        ok(presentProblems(await campaigns.problems(principal.tenantId, idOf(params), query))),
    }),
  ];
}
