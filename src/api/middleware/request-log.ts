import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { newId } from '../../lib/ids.js';
import type { Logger } from '../../lib/logger.js';
import { onceOver } from './caller.js';

const ACCEPTED_ID = /^[\w.-]{1,64}$/;

export function requestIdOf(response: Response): string {
  return String(response.locals['requestId']);
}

/** Gives every request an id (or keeps the proxy's) and returns it in the response. */
export function requestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.get('x-request-id');
  const id = given !== undefined && ACCEPTED_ID.test(given) ? given : newId();
  response.locals['requestId'] = id;
  response.set('X-Request-Id', id);
  next();
}

/**
 * One line per request: the route's pattern instead of its path, and nothing of queries and bodies, because these hold
 * numbers and texts.
 */
export function requestLog(logger: Logger): RequestHandler {
  return (request, response, next) => {
    const startedAt = performance.now();
    onceOver(response, (taken) => {
      const fields = {
        method: request.method,
        route: routeOf(request, response),
        status: response.statusCode,
        ms: Math.round((performance.now() - startedAt) * 10) / 10,
        requestId: requestIdOf(response),
        ...(taken ? {} : { aborted: true }),
      };
      if (isHealth(request)) logger.debug(fields, 'request');
      else logger.info(fields, 'request');
    });
    next();
  };
}

/** Probes ask every few seconds, and they are answered in every phase of the process. */
export function isHealth(request: Request): boolean {
  return request.path === '/health' || request.path.startsWith('/health/');
}

/** Names the route where Express has none to show, because the request ended in a guard before it. */
export function nameRoute(response: Response, route: string): void {
  response.locals['route'] = route;
}

function routeOf(request: Request, response: Response): string {
  const named: unknown = response.locals['route'];
  if (typeof named === 'string') return named;
  const route: unknown = request.route;
  if (typeof route === 'object' && route !== null && 'path' in route && typeof route.path === 'string') {
    return `${request.baseUrl}${route.path}`;
  }
  return request.baseUrl === '' ? '(no route)' : request.baseUrl;
}
