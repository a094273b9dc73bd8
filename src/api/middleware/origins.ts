import type { Request, RequestHandler } from 'express';
import { DomainError } from '../../lib/errors.js';

const LOOPBACK_NAME = /^(localhost|.+\.localhost|127(\.\d{1,3}){3}|\[::1\]|::1)$/i;

/** Whether a host name or address stands for this very machine. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_NAME.test(host);
}

/**
 * A web page the user happens to visit can make their browser send requests here, with cached Basic credentials or,
 * under AUTH_MODE=none, with no credentials at all. Browsers name the page's origin in such requests.
 * `*` lets no page in here: it is meant for callers who bring their own credentials.
 */
export function refuseForeignOrigins(allowed: readonly string[]): RequestHandler {
  return (request, _response, next) => {
    const origin = request.get('origin');
    if (origin === undefined || allowed.includes(origin) || isOwn(origin, request)) {
      next();
      return;
    }
    throw new DomainError('forbidden', 'foreign_origin', `Requests from pages of ${origin} are not allowed.`);
  };
}

/** Against DNS rebinding: a foreign name that was made to point at 127.0.0.1 still stands in the Host header. */
export const refuseForeignHosts: RequestHandler = (request, _response, next) => {
  // Not request.hostname: a page on a rebound name may send X-Forwarded-Host as it likes.
  const host = request.get('host')?.replace(/:\d+$/, '') ?? '';
  if (isLoopback(host)) {
    next();
    return;
  }
  throw new DomainError(
    'forbidden',
    'foreign_host',
    'With AUTH_MODE=none this server answers to localhost only. Open it as http://localhost or set AUTH_MODE=password.',
  );
};

function isOwn(origin: string, request: Request): boolean {
  return URL.canParse(origin) && new URL(origin).host === request.get('host');
}
