import type { Request, RequestHandler, Response } from 'express';
import { DomainError } from '../lib/errors.js';
import type { Authenticator, IdempotencyService, Principal } from '../modules/auth/index.js';
import { successBody } from './envelope.js';
import { readJson } from './middleware/body.js';
import { keepNothing, onlyOnce, type StoredReply } from './middleware/idempotency.js';
import type { RequestLimiter } from './middleware/rate-limit.js';
import { isHealth, requestIdOf } from './middleware/request-log.js';
import type { Uploads } from './middleware/uploads.js';
import type { Reply, Route, RouteContext, UploadedFile } from './route.js';
import { checkPathIds, validateBody, validateText } from './validation.js';

/** Callers need no login to send these, so they may cost little. */
const PUBLIC_JSON_BYTES = 100 * 1024;

export interface HandlerPorts {
  authenticator: Authenticator;
  idempotency: IdempotencyService;
  limiter: RequestLimiter;
  uploads: Uploads;
  jsonLimitBytes: number;
}

/** A declared route as Express runs it: each step passes or ends the request with a recorded reason. */
export function handlerOf(route: Route, ports: HandlerPorts): RequestHandler {
  return async (request, response) => {
    const principal = await authorise(route, request, ports);
    await limit(principal, request, ports);
    const params = pathParams(request);
    checkPathIds(params);
    const query = route.query ? await validateText(route.query, request.query) : {};
    const input = await receive(route, request, response, ports);
    try {
      const body = route.body ? await validateInput(route, route.body, input.fields) : {};
      const context: RouteContext<object, object> = {
        // Public routes do not look at it; see RouteContext.
        principal: principal as Principal,
        params,
        query,
        body,
        file: input.file,
        keepAnswer: keepNothing,
        request,
        response,
      };
      const reply = await answer(route, context, ports);
      // A stored answer means that the request was a repeat: its file is not used.
      if (reply.kind === 'stored' && input.file) await ports.uploads.discard(input.file);
      send(reply, response);
    } catch (error) {
      if (input.file) await ports.uploads.discard(input.file);
      throw error;
    }
  };
}

async function authorise(
  route: Route,
  request: Request,
  ports: HandlerPorts,
): Promise<Principal | undefined> {
  if (route.access === 'public') return undefined;
  const principal = await authenticate(request, ports);
  if (route.access === 'authenticated') return principal;
  requireScope(principal, route.access);
  return principal;
}

async function authenticate(request: Request, { authenticator, limiter }: HandlerPorts): Promise<Principal> {
  try {
    return await authenticator.authenticate({
      authorization: request.get('authorization'),
      apiKey: request.get('x-api-key'),
    });
  } catch (error) {
    // Refused callers have no user to count against, and every guess costs a lookup.
    await limiter.count(`refused:${request.ip ?? 'unknown'}`);
    throw error;
  }
}

/** Refuses with `forbidden` and names the scope that is missing. */
export function requireScope(principal: Principal, scope: Principal['scopes'][number]): void {
  if (principal.scopes.includes(scope)) return;
  const whose = principal.via === 'api_key' ? 'This API key' : `The role ${principal.role}`;
  throw new DomainError('forbidden', 'scope_missing', `${whose} does not have the scope ${scope}.`);
}

async function limit(principal: Principal | undefined, request: Request, ports: HandlerPorts): Promise<void> {
  if (isHealth(request)) return;
  await ports.limiter.count(principal ? `user:${principal.userId}` : `address:${request.ip ?? 'unknown'}`);
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
  ports: HandlerPorts,
): Promise<{ fields: unknown; file: UploadedFile | undefined }> {
  if (route.upload) return ports.uploads.receive(request, response, route.upload);
  if (!route.body) return { fields: {}, file: undefined };
  const limitBytes = route.access === 'public' ? PUBLIC_JSON_BYTES : ports.jsonLimitBytes;
  return { fields: await readJson(request, response, limitBytes), file: undefined };
}

function validateInput(route: Route, dto: NonNullable<Route['body']>, fields: unknown): Promise<object> {
  return route.upload ? validateText(dto, fields as Record<string, unknown>) : validateBody(dto, fields);
}

async function answer(
  route: Route,
  context: RouteContext<object, object>,
  ports: HandlerPorts,
): Promise<Reply | StoredReply> {
  if (route.idempotent !== true || route.access === 'public') return route.handler(context);
  const repeatable = {
    tenantId: context.principal.tenantId,
    request: context.request,
    requestId: requestIdOf(context.response),
    body: context.body,
    file: context.file,
  };
  return onlyOnce(ports.idempotency, repeatable, (keepAnswer) => route.handler({ ...context, keepAnswer }));
}

function send(reply: Reply | StoredReply, response: Response): void {
  switch (reply.kind) {
    case 'json':
      response.status(reply.status).json(successBody(reply.data));
      return;
    case 'bare':
      response.status(reply.status).json(reply.body);
      return;
    case 'stored':
      response.status(reply.status).set('Idempotent-Replayed', 'true').json(reply.body);
      return;
    case 'raw':
      if (reply.fileName !== undefined) response.attachment(reply.fileName);
      response.type(reply.contentType).send(reply.bytes);
      return;
    case 'streamed':
      return;
  }
}
