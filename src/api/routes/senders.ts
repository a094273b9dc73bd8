import { toBuffer, toDataURL, toString as toText } from 'qrcode';
import { RemovedDto } from '../../lib/removed.dto.js';
import { presentLog, SenderEventResponse, SenderEventsQuery } from '../../modules/events/index.js';
import {
  CreateSenderDto,
  ListSendersQuery,
  presentSender,
  presentSenders,
  presentStats,
  QrQuery,
  SenderQrResponse,
  SenderResponse,
  SenderStatsResponse,
  UpdateSenderDto,
  type SenderService,
} from '../../modules/senders/index.js';
import type { PendingQr, SessionService } from '../../modules/sessions/index.js';
import { accepted, created, defineRoute, idOf, ok, type Reply, type Route } from '../route.js';

interface SenderRoutesDeps {
  senders: SenderService;
  sessions: SessionService;
}

const tag = 'senders';

/** Senders and their connections. */
export function senderRoutes(deps: SenderRoutesDeps): Route[] {
  return [...crudRoutes(deps), ...connectionRoutes(deps), ...operatorRoutes(deps), qrRoute(deps)];
}

function crudRoutes({ senders }: SenderRoutesDeps): Route[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/senders',
      tag,
      summary: 'List senders, the newest first',
      access: 'senders:read',
      query: ListSendersQuery,
      response: { status: 200, description: 'A page of senders', data: [SenderResponse] },
      async handler({ principal, query }) {
        return ok(presentSenders(await senders.list(principal.tenantId, query, query)));
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/senders',
      tag,
      summary: 'Create a sender; connect it afterwards',
      access: 'senders:write',
      body: CreateSenderDto,
      idempotent: true,
      response: { status: 201, description: 'The sender', data: SenderResponse },
      async handler({ principal, body }) {
        return created(presentSender(await senders.create(principal.tenantId, body)));
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/senders/:id',
      tag,
      summary: 'One sender',
      access: 'senders:read',
      response: { status: 200, description: 'The sender', data: SenderResponse },
      async handler(context) {
        return ok(presentSender(await senders.get(context.principal.tenantId, idOf(context.params))));
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/api/senders/:id',
      tag,
      summary: 'Change name, quotas, tags, phone number or transport settings',
      access: 'senders:write',
      body: UpdateSenderDto,
      response: { status: 200, description: 'The sender as it is now', data: SenderResponse },
      async handler(context) {
        const { principal, body } = context;
        return ok(presentSender(await senders.update(principal.tenantId, idOf(context.params), body)));
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/senders/:id',
      tag,
      summary: 'Disconnect and delete a sender',
      access: 'senders:write',
      response: { status: 200, description: 'It is gone', data: RemovedDto },
      async handler(context) {
        await senders.remove(context.principal.tenantId, idOf(context.params));
        return ok({ id: idOf(context.params) });
      },
    }),
  ];
}

/** They say what the connection should be and answer at once; the sender's status shows how far it is. */
function connectionRoutes({ senders, sessions }: SenderRoutesDeps): Route[] {
  const actions = {
    connect: 'Start pairing (a QR code follows) or restore the connection',
    disconnect: 'Drop the connection and keep the pairing',
    logout: 'Unlink the device; the next connect pairs anew',
  } as const;
  return (['connect', 'disconnect', 'logout'] as const).map((action) =>
    defineRoute({
      method: 'post',
      path: `/api/senders/:id/${action}`,
      tag,
      summary: actions[action],
      access: 'senders:write',
      response: { status: 202, description: 'It is under way', data: SenderResponse },
      async handler(context) {
        const { tenantId } = context.principal;
        await sessions[action](tenantId, idOf(context.params));
        return accepted(presentSender(await senders.get(tenantId, idOf(context.params))));
      },
    }),
  );
}

function operatorRoutes({ senders }: SenderRoutesDeps): Route[] {
  const actions = [
    ['pause', 'pause', 'Send nothing new through this sender; it stays connected'],
    ['resume', 'resume', 'Let a paused sender send again'],
    ['reset-health', 'resetHealth', 'Give the sender full health and forget its failures in a row'],
  ] as const;
  const routes = actions.map(([name, method, summary]) =>
    defineRoute({
      method: 'post',
      path: `/api/senders/:id/${name}`,
      tag,
      summary,
      access: 'senders:write',
      response: { status: 200, description: 'The sender as it is now', data: SenderResponse },
      async handler(context) {
        return ok(presentSender(await senders[method](context.principal.tenantId, idOf(context.params))));
      },
    }),
  );
  const stats = defineRoute({
    method: 'get',
    path: '/api/senders/:id/stats',
    tag,
    summary: 'What was sent, what the quotas leave, and what the sender waits for',
    access: 'senders:read',
    work: 'heavyRead',
    response: { status: 200, description: 'Numbers as of now', data: SenderStatsResponse },
    async handler(context) {
      return ok(presentStats(await senders.stats(context.principal.tenantId, idOf(context.params))));
    },
  });
  const events = defineRoute({
    method: 'get',
    path: '/api/senders/:id/events',
    tag,
    summary: 'Tell what happened to the sender in the last 90 days, the newest first',
    access: 'senders:read',
    query: SenderEventsQuery,
    response: { status: 200, description: 'A page of its log', data: [SenderEventResponse] },
    async handler({ principal, params, query }) {
      return ok(presentLog(await senders.events(principal.tenantId, idOf(params), query)));
    },
  });
  return [...routes, stats, events];
}

function qrRoute({ sessions }: SenderRoutesDeps): Route {
  return defineRoute({
    method: 'get',
    path: '/api/senders/:id/qr',
    tag,
    summary: 'The QR code to scan: JSON with a data URL, or `?format=png|raw|svg`',
    // Scanning the code makes the scanning phone the sender.
    access: 'senders:write',
    query: QrQuery,
    notPossible: true,
    response: {
      status: 200,
      description: 'The QR code that waits to be scanned',
      data: SenderQrResponse,
      otherTypes: ['image/png', 'image/svg+xml', 'text/plain'],
    },
    async handler(context) {
      const qr = await sessions.requireQr(context.principal.tenantId, idOf(context.params));
      return qrReply(qr, context.query.format ?? 'json');
    },
  });
}

async function qrReply(qr: PendingQr, format: 'json' | 'png' | 'raw' | 'svg'): Promise<Reply> {
  const image = { margin: 2, width: 320 };
  switch (format) {
    case 'png':
      return { kind: 'raw', contentType: 'image/png', bytes: await toBuffer(qr.payload, image) };
    case 'svg':
      return {
        kind: 'raw',
        contentType: 'image/svg+xml',
        bytes: await toText(qr.payload, { ...image, type: 'svg' }),
      };
    case 'raw':
      return { kind: 'raw', contentType: 'text/plain; charset=utf-8', bytes: qr.payload };
    case 'json': {
      const data: SenderQrResponse = {
        qr: await toDataURL(qr.payload, image),
        payload: qr.payload,
        expiresAt: qr.expiresAt.toISOString(),
      };
      return ok(data);
    }
  }
}
