import type { ErrorRequestHandler, Request, Response } from 'express';
import { systemClock } from '../../lib/clock.js';
import { DomainError, errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { ThrottledLogger } from '../../lib/throttled-logger.js';
import { failureBody } from '../envelope.js';
import { toErrorResponse } from '../error-response.js';
import { isCallerGone } from './caller.js';
import { requestIdOf } from './request-log.js';

/** Sends every error in the envelope. What is not the caller's doing goes to the log under the request's id. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  const throttled = new ThrottledLogger(logger, systemClock);
  return (error: unknown, _request, response, _next) => {
    if (response.destroyed && isCallerGone(error)) return;
    const answer = toErrorResponse(error, requestIdOf(response));
    if (answer.unavailable) {
      const report = {
        unavailable: answer.unavailable,
        requestId: requestIdOf(response),
        error: errorMessage(error),
      };
      throttled.report('error', answer.unavailable, 'requests are refused for what is not there now', report);
    } else if (answer.unexpected) {
      logger.error({ requestId: requestIdOf(response), error: loggable(error) }, 'a request failed');
    }
    if (response.headersSent) {
      // A half-sent answer cannot become an error any more; closing the connection is the only signal left.
      response.destroy();
      return;
    }
    if (answer.retryAfterSeconds !== undefined) response.set('Retry-After', String(answer.retryAfterSeconds));
    if (answer.status === 401 && !response.get('WWW-Authenticate'))
      response.set('WWW-Authenticate', 'Bearer');
    response.status(answer.status).json(failureBody(answer.message, answer.errors));
  };
}

export function unknownRoute(request: Request, _response: Response): never {
  throw new DomainError(
    'not_found',
    'unknown_route',
    `There is no ${request.method} ${request.path}. /api/docs lists all routes.`,
  );
}

/** Of a database error only these fields: the others hold the statement's parameters, which are people's data. */
function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  return { name: error.name, message: error.message, code, stack: error.stack };
}
