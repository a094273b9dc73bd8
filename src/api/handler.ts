import type { Request, RequestHandler, Response } from 'express';
import type { IdempotencyService, Principal } from '../modules/auth/index.js';
import { addressOf, requireScope, type CallerCheck } from './authentication.js';
import { writtenAnswer } from './answer.js';
import { readJson } from './middleware/body.js';
import { onceOver, signalOf } from './middleware/caller.js';
import { keepNothing, onlyOnce, type StoredReply } from './middleware/idempotency.js';
import type { RequestLimiter } from './middleware/rate-limit.js';
import { isHealth, requestIdOf } from './middleware/request-log.js';
import { FREE_BYTES, type Room, type Rooms } from './middleware/room.js';
import type { Uploads } from './middleware/uploads.js';
import type { Reply, Route, RouteContext, UploadedFile } from './route.js';
import type { RouteWork } from './route-work.js';
import { checkPathIds, validateBody, validateText } from './validation.js';

/** Callers need no login to send these, so they may cost little. */
const PUBLIC_JSON_BYTES = 16 * 1024;

interface Input {
  fields: unknown;
  file: UploadedFile | undefined;
}

export interface HandlerPorts {
  callers: CallerCheck;
  idempotency: IdempotencyService;
  limiter: RequestLimiter;
  uploads: Uploads;
  rooms: Rooms;
  work: RouteWork;
  jsonLimitBytes: number;
}

/** A declared route as Express runs it: each step passes or ends the request with a recorded reason. */
export function handlerOf(route: Route, ports: HandlerPorts): RequestHandler {
  return async (request, response) => {
    const signal = signalOf(response);
    const principal = await ports.work.short(() => authorise(route, request, ports));
    await limit(route, principal, request, ports);
    const params = pathParams(request);
    checkPathIds(params);
    const query = route.query ? await validateText(route.query, request.query) : {};
    // Bodies and answers of public routes are small, or the same for all.
    const room = principal && ports.rooms.of(principal.tenantId);
    let input: Input = { fields: {}, file: undefined };
    try {
      input = await receive(route, request, response, { ...ports, room });
      const body = route.body ? await validateInput(route, route.body, input.fields) : {};
      const context: RouteContext<object, object> = {
        // Public routes do not look at it; see RouteContext.
        principal: principal as Principal,
        params,
        query,
        body,
        file: input.file,
        keepAnswer: keepNothing,
        signal,
        request,
        response,
      };
      const reply = await answer(route, context, ports);
      // A stored answer means that the request was a repeat: its file is not used.
      if (reply.kind === 'stored' && input.file) await ports.uploads.discard(input.file);
      await send(reply, response, room);
    } catch (error) {
      if (input.file) await ports.uploads.discard(input.file);
      throw error;
    } finally {
      room?.giveBack();
    }
  };
}

async function authorise(
  { access }: Route,
  request: Request,
  { callers }: HandlerPorts,
): Promise<Principal | undefined> {
  if (access === 'public') return undefined;
  const principal = await callers.principalOf(request);
  if (access !== 'authenticated') requireScope(principal, access);
  return principal;
}

/** Each public route has a budget of its own: a flood of one must not keep others at that address from logging in. */
async function limit(
  { path }: Route,
  principal: Principal | undefined,
  request: Request,
  { limiter }: HandlerPorts,
): Promise<void> {
  if (isHealth(request)) return;
  await limiter.count(principal ? `user:${principal.userId}` : `${path} ${addressOf(request)}`);
}

function pathParams(request: Request): Record<string, string> {
  const entries = Object.entries(request.params);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, Array.isArray(value) ? value.join('/') : value]),
  );
}

async function receive(
  route: Route,
  request: Request,
  response: Response,
  { uploads, jsonLimitBytes, room }: HandlerPorts & { room: Room | undefined },
): Promise<Input> {
  if (route.upload) {
    room?.takeUpload();
    return uploads.receive(request, response, route.upload);
  }
  if (!route.body) return { fields: {}, file: undefined };
  const limits = route.access === 'public' ? { bytes: PUBLIC_JSON_BYTES } : { bytes: jsonLimitBytes, room };
  return { fields: await readJson(request, response, limits), file: undefined };
}

function validateInput(route: Route, dto: NonNullable<Route['body']>, fields: unknown): Promise<object> {
  return route.upload ? validateText(dto, fields as Record<string, unknown>) : validateBody(dto, fields);
}

async function answer(
  route: Route,
  context: RouteContext<object, object>,
  ports: HandlerPorts,
): Promise<Reply | StoredReply> {
  const { principal, signal } = context;
  const caller = { tenantId: principal?.tenantId, signal };
  const work = (own: typeof context) => ports.work.run(route, caller, () => route.handler(own));
  if (route.idempotent !== true || route.access === 'public') return work(context);
  const repeatable = {
    tenantId: context.principal.tenantId,
    request: context.request,
    requestId: requestIdOf(context.response),
    body: context.body,
    file: context.file,
  };
  return onlyOnce(ports.idempotency, repeatable, (keepAnswer) => work({ ...context, keepAnswer }));
}

async function send(reply: Reply | StoredReply, response: Response, room: Room | undefined): Promise<void> {
  switch (reply.kind) {
    case 'json':
      response.status(reply.status).type('json');
      sendBytes(Buffer.from(await writtenAnswer(reply.data)), response, room);
      return;
    case 'bare':
      response.status(reply.status).json(reply.body);
      return;
    case 'stored':
      response.status(reply.status).set('Idempotent-Replayed', 'true').json(reply.body);
      return;
    case 'raw':
      response.type(reply.contentType);
      sendBytes(Buffer.isBuffer(reply.bytes) ? reply.bytes : Buffer.from(reply.bytes), response, room);
      return;
    case 'streamed':
      return;
  }
}

/** A large answer stays in memory until it is taken, so it needs room; what a POST has done is told in any case. */
function sendBytes(bytes: Buffer, response: Response, room: Room | undefined): void {
  if (room && bytes.length > FREE_BYTES && response.req.method === 'GET') {
    onceOver(response, room.takeAnswer(bytes.length));
  }
  response.send(bytes);
}
