import { mediaLimits } from '../../lib/media-types.js';
import { PageQuery } from '../../lib/page-query.js';
import { RemovedDto } from '../../lib/removed.dto.js';
import { invalid } from '../../lib/errors.js';
import {
  MediaResponse,
  presentMedia,
  presentMediaPage,
  UploadMediaDto,
  type MediaService,
} from '../../modules/media/index.js';
import { created, defineRoute, idOf, ok, type Route } from '../route.js';
import { sendStream } from '../send-stream.js';

const tag = 'media';
const DOWNLOAD = 'application/octet-stream';
/** Types a page may show; everything else, such as web pages, is a download without a type. */
const shownTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/gif',
  'video/mp4',
  'audio/mpeg',
  'audio/mp4',
  'audio/ogg',
  'application/pdf',
];

/** Files that messages may carry. */
export function mediaRoutes(deps: { media: MediaService; maxUploadBytes: number }): Route[] {
  return [uploadRoute(deps), ...readRoutes(deps), removeRoute(deps)];
}

function uploadRoute({ media, maxUploadBytes }: { media: MediaService; maxUploadBytes: number }): Route {
  return defineRoute({
    method: 'post',
    path: '/api/media',
    tag,
    summary:
      'Upload a file that messages can carry; the same content is stored once, under each name it is given',
    access: 'campaigns:write',
    body: UploadMediaDto,
    upload: { field: 'file', maxBytes: Math.min(maxUploadBytes, mediaLimits.document) },
    idempotent: true,
    response: {
      status: 201,
      description: 'The file, or the one with the same content and name that was there before.',
      data: MediaResponse,
    },
    handler: async ({ principal, body, file }) => {
      if (!file) throw invalid([{ path: 'file', message: 'send the file in the field "file"' }]);
      const { path, originalName } = file;
      const stored = await media.add(principal.tenantId, { path, originalName }, body.kind ?? undefined);
      return created(presentMedia(stored));
    },
  });
}

function readRoutes({ media }: { media: MediaService }): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/media',
      tag,
      summary: 'List files, newest first',
      access: 'campaigns:read',
      query: PageQuery,
      response: { status: 200, description: 'A page of files.', data: [MediaResponse] },
      handler: async ({ principal, query }) =>
        ok(presentMediaPage(await media.list(principal.tenantId, query))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/media/:id',
      tag,
      summary: 'Show what a file is',
      access: 'campaigns:read',
      work: 'short',
      response: { status: 200, description: 'The file.', data: MediaResponse },
      handler: async ({ principal, params }) =>
        ok(presentMedia(await media.get(principal.tenantId, idOf(params)))),
    }),
    defineRoute({
      method: 'get',
      path: '/api/media/:id/content',
      tag,
      summary: 'Download a file',
      access: 'campaigns:read',
      response: { status: 200, description: 'Its bytes.', contentType: DOWNLOAD, otherTypes: shownTypes },
      handler: async ({ principal, params, response }) => {
        const { media: file, bytes } = await media.content(principal.tenantId, idOf(params));
        const [type = ''] = file.mimeType.split(';');
        response.attachment(file.fileName).type(shownTypes.includes(type) ? type : DOWNLOAD);
        response.set('X-Content-Type-Options', 'nosniff').set('Content-Length', String(file.sizeBytes));
        return sendStream(response, bytes);
      },
    }),
  ];
}

function removeRoute({ media }: { media: MediaService }): Route {
  return defineRoute({
    method: 'delete',
    path: '/api/media/:id',
    tag,
    summary: 'Delete a file that no campaign needs any more',
    access: 'campaigns:write',
    response: { status: 200, description: 'It is gone.', data: RemovedDto },
    handler: async ({ principal, params }) => {
      await media.remove(principal.tenantId, idOf(params));
      return ok({ id: idOf(params) });
    },
  });
}
