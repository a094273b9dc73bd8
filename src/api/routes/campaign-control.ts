import type { Tx } from '../../db/index.js';
import {
  CampaignResponse,
  CheckedCampaignResponse,
  DryRunResponse,
  DuplicateCampaignDto,
  presentCampaign,
  presentChecked,
  presentDryRun,
  presentRetried,
  presentTestRun,
  RetriedCampaignResponse,
  RetryFailedDto,
  TestCampaignDto,
  TestRunResponse,
  type CampaignManager,
  type TestRun,
} from '../../modules/campaigns/index.js';
import { accepted, created, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'campaigns';

/** Around a campaign: look ahead, try it out, let it go on, try again, copy it. */
export function campaignControlRoutes({ campaigns }: { campaigns: CampaignManager }): Route[] {
  return [...lookAheadRoutes(campaigns), ...goOnRoutes(campaigns), duplicateRoute(campaigns)];
}

function lookAheadRoutes(campaigns: CampaignManager): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/campaigns/:id/dry-run',
      tag,
      summary: 'Look ahead: when it would be done, and who would get nothing',
      access: 'campaigns:read',
      work: 'heavyRead',
      response: { status: 200, description: 'What would happen as things stand.', data: DryRunResponse },
      handler: async ({ principal, params }) =>
        ok(presentDryRun(await campaigns.control.dryRun(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/campaigns/:id/test',
      tag,
      summary: 'Send the messages to own phones; the audience is not touched',
      access: 'campaigns:write',
      body: TestCampaignDto,
      idempotent: true,
      response: { status: 202, description: 'They are on their way.', data: TestRunResponse },
      async handler({ principal, params, body, keepAnswer }) {
        const answer = (run: TestRun) => accepted(presentTestRun(run));
        const keep = (tx: Tx, run: TestRun) => keepAnswer(tx, answer(run));
        return answer(await campaigns.control.test(principal.tenantId, idOf(params), body, keep));
      },
    }),
  ];
}

function goOnRoutes(campaigns: CampaignManager): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/campaigns/:id/continue',
      tag,
      summary: 'Let a campaign go on beyond its canary',
      access: 'campaigns:write',
      response: { status: 200, description: 'The campaign, which runs.', data: CampaignResponse },
      handler: async ({ principal: { tenantId }, params }) => {
        await campaigns.control.continue(tenantId, idOf(params));
        return ok(presentCampaign(await campaigns.get(tenantId, idOf(params))));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/campaigns/:id/retry-failed',
      tag,
      summary: 'Send to failed recipients of a paused or ended campaign again',
      access: 'campaigns:write',
      work: 'heavyWrite',
      body: RetryFailedDto,
      response: { status: 200, description: 'The campaign, which runs.', data: RetriedCampaignResponse },
      handler: async ({ principal: { tenantId }, params, body }) => {
        const { retried, left } = await campaigns.control.retryFailed(tenantId, idOf(params), {
          codes: body.codes ?? undefined,
          unknown: body.unknown ?? undefined,
        });
        const campaign = await campaigns.get(tenantId, idOf(params));
        return ok(presentRetried(campaign, { retried, left }));
      },
    }),
  ];
}

function duplicateRoute(campaigns: CampaignManager): Route {
  return defineRoute({
    method: 'post',
    path: '/api/campaigns/:id/duplicate',
    tag,
    summary: 'Copy a campaign into a new draft',
    access: 'campaigns:write',
    work: 'heavyWrite',
    body: DuplicateCampaignDto,
    idempotent: true,
    response: { status: 201, description: 'The draft.', data: CheckedCampaignResponse },
    handler: async ({ principal: { tenantId }, params, body }) => {
      const { id, warnings } = await campaigns.control.duplicate(tenantId, idOf(params), body);
      return created(presentChecked({ ...(await campaigns.get(tenantId, id)), warnings }));
    },
  });
}
