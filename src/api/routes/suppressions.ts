import { RemovedDto } from '../../lib/removed.dto.js';
import {
  AddSuppressionsDto,
  presentSuppression,
  presentSuppressions,
  SuppressionDto,
  SuppressionsQuery,
  type SuppressionService,
} from '../../modules/contacts/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'suppressions';

/** Who is never written to, or not about something. */
export function suppressionRoutes({ suppressions }: { suppressions: SuppressionService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/suppressions',
      tag,
      summary: 'List who is suppressed, newest first',
      access: 'contacts:read',
      query: SuppressionsQuery,
      response: {
        status: 200,
        description: 'A page of suppressed numbers and other identities.',
        data: [SuppressionDto],
      },
      handler: async ({ principal, query }) =>
        ok(presentSuppressions(await suppressions.list(principal.tenantId, query, query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/suppressions',
      tag,
      summary:
        'Suppress numbers and other identities, contacts or not, with all others of the same people; those suppressed already stay as they are',
      access: 'contacts:write',
      body: AddSuppressionsDto,
      idempotent: true,
      response: {
        status: 201,
        description: 'The suppressed numbers and other identities.',
        data: [SuppressionDto],
      },
      handler: async ({ principal, body }) => {
        const added = await suppressions.add(principal.tenantId, body);
        return created(added.map(presentSuppression));
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/suppressions/:id',
      tag,
      summary: 'Lift a suppression, for everything the person is known by',
      access: 'contacts:write',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        const id = idOf(params);
        await suppressions.remove(principal.tenantId, id);
        return ok({ id });
      },
    }),
  ];
}
