import { PageQuery } from '../../lib/page-query.js';
import {
  CheckNumbersDto,
  NumberCheckDto,
  NumberCheckResultDto,
  presentNumberCheck,
  presentNumberCheckResults,
  type NumberCheckService,
} from '../../modules/contacts/index.js';
import { accepted, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'contacts';

/** Is a number on WhatsApp? */
export function numberCheckRoutes({ numberChecks }: { numberChecks: NumberCheckService }): Route[] {
  return [
    defineRoute({
      method: 'post',
      path: '/api/contacts/check',
      tag,
      summary: 'Find out which numbers are on WhatsApp, in the background',
      access: 'contacts:write',
      // Of a list it stores a row for each of up to 100,000 numbers.
      work: 'heavyWrite',
      body: CheckNumbersDto,
      idempotent: true,
      response: {
        status: 202,
        description: 'The check; `completed` at once when everything was known. Rationed per day.',
        data: NumberCheckDto,
      },
      handler: async ({ principal, body }) =>
        accepted(presentNumberCheck(await numberChecks.create(principal.tenantId, body))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/contacts/checks/:id',
      tag,
      summary: 'Show how far a check is and what it found',
      access: 'contacts:read',
      work: 'short',
      response: { status: 200, description: 'The check.', data: NumberCheckDto },
      handler: async ({ principal, params }) =>
        ok(presentNumberCheck(await numberChecks.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/contacts/checks/:id/results',
      tag,
      summary: 'List what a check found, number by number',
      access: 'contacts:read',
      work: 'heavyRead',
      query: PageQuery,
      response: { status: 200, description: 'A page of numbers.', data: [NumberCheckResultDto] },
      handler: async ({ principal, params, query }) =>
        ok(presentNumberCheckResults(await numberChecks.results(principal.tenantId, idOf(params), query))),
    }),
  ];
}
