import { PageQuery } from '../../lib/page-query.js';
import { RemovedDto } from '../../lib/removed.dto.js';
import {
  CreateTemplateDto,
  presentPreview,
  presentTemplate,
  presentTemplates,
  PreviewResponse,
  PreviewTemplateDto,
  TemplateResponse,
  UpdateTemplateDto,
  type PreviewService,
  type TemplateService,
} from '../../modules/templates/index.js';
import { requireScope } from '../authentication.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';

const tag = 'templates';

/** Saved texts, and how a text looks to those who would get it. */
export function templateRoutes(deps: { templates: TemplateService; previews: PreviewService }): Route[] {
  return [...collectionRoutes(deps), ...memberRoutes(deps), previewRoute(deps)];
}

function collectionRoutes({ templates }: { templates: TemplateService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/templates',
      tag,
      summary: 'List the saved texts, newest first',
      access: 'campaigns:read',
      query: PageQuery,
      response: { status: 200, description: 'A page of templates.', data: [TemplateResponse] },
      handler: async ({ principal, query }) =>
        ok(presentTemplates(await templates.list(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'post',
      path: '/api/templates',
      tag,
      summary: 'Save a text',
      access: 'campaigns:write',
      body: CreateTemplateDto,
      idempotent: true,
      response: { status: 201, description: 'The template.', data: TemplateResponse },
      handler: async ({ principal, body }) =>
        created(presentTemplate(await templates.create(principal.tenantId, body))),
    }),
  ];
}

function memberRoutes({ templates }: { templates: TemplateService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/templates/:id',
      tag,
      summary: 'Show a saved text',
      access: 'campaigns:read',
      work: 'short',
      response: { status: 200, description: 'The template.', data: TemplateResponse },
      handler: async ({ principal, params }) =>
        ok(presentTemplate(await templates.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'patch',
      path: '/api/templates/:id',
      tag,
      summary: 'Change a saved text; campaigns made from it stay as they are',
      access: 'campaigns:write',
      body: UpdateTemplateDto,
      response: { status: 200, description: 'The template.', data: TemplateResponse },
      handler: async ({ principal, params, body }) =>
        ok(presentTemplate(await templates.update(principal.tenantId, idOf(params), body))),
    }),
    defineRoute({
      method: 'delete',
      path: '/api/templates/:id',
      tag,
      summary: 'Delete a saved text; campaigns made from it stay as they are',
      access: 'campaigns:write',
      response: { status: 200, description: 'It is gone.', data: RemovedDto },
      handler: async ({ principal, params }) => {
        await templates.remove(principal.tenantId, idOf(params));
        return ok({ id: idOf(params) });
      },
    }),
  ];
}

function previewRoute({ previews }: { previews: PreviewService }): Route {
  return defineRoute({
    method: 'post',
    path: '/api/templates/preview',
    tag,
    summary: 'Show a text as contacts would get it, and why some would not',
    // Through a text of one's own every attribute of a contact can be read.
    access: 'contacts:read',
    work: 'heavyRead',
    body: PreviewTemplateDto,
    response: { status: 200, description: 'A text or a reason per person.', data: PreviewResponse },
    handler: async ({ principal, body }) => {
      if (body.templateId) requireScope(principal, 'campaigns:read');
      return ok(presentPreview(await previews.preview(principal.tenantId, body)));
    },
  });
}
