import type { Express, RequestHandler } from 'express';
import { failureBody } from './envelope.js';
import { handlerOf, type HandlerPorts } from './handler.js';
import type { Route } from './route.js';

/**
 * Mounts every route, fixed segments before parameters (so that `/api/contacts/check` is not taken for an id), then
 * one answer per path for the methods it does not have.
 */
export function mountRoutes(app: Express, routes: readonly Route[], ports: HandlerPorts): void {
  refuseDoubles(routes);
  for (const route of routes.toSorted(byPath)) app[route.method](route.path, handlerOf(route, ports));
  for (const path of new Set(routes.toSorted(byPath).map((route) => route.path))) {
    app.route(path).all(otherMethod(routes.filter((route) => route.path === path)));
  }
}

/** Of two routes that differ in a segment, the one with the fixed text comes first. */
function byPath(a: Route, b: Route): number {
  return sortKey(a.path) < sortKey(b.path) ? -1 : 1;
}

function sortKey(path: string): string {
  return path.replaceAll('/:', '/~');
}

function otherMethod(routes: readonly Route[]): RequestHandler {
  const methods = routes.map((route) => route.method.toUpperCase());
  const allow = [...methods, ...(methods.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ');
  return (request, response) => {
    response.set('Allow', allow);
    if (request.method === 'OPTIONS') {
      response.status(204).end();
      return;
    }
    const message = `${request.path} does not know ${request.method}. It knows ${methods.join(', ')}.`;
    response.status(405).json(failureBody(message));
  };
}

function refuseDoubles(routes: readonly Route[]): void {
  const seen = new Set<string>();
  for (const { method, path } of routes) {
    const name = `${method.toUpperCase()} ${path.replaceAll(/:\w+/g, ':')}`;
    if (seen.has(name)) throw new Error(`Two routes are declared for ${name}.`);
    seen.add(name);
  }
}
