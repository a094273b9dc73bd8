import type { ErrorRequestHandler, Request, Response } from 'express';
import { systemClock } from '../../lib/clock.js';
import { DomainError, errorMessage } from '../../lib/errors.js';
import type { Logger } from '../../lib/logger.js';
import { SparseLog } from '../../lib/sparse-log.js';
import { failureBody } from '../envelope.js';
import { toProblem } from '../problem.js';
import { requestIdOf } from './request-log.js';

/** Answers every error with the envelope. What is not the caller's doing goes to the log under the request's id. */
export function errorHandler(logger: Logger): ErrorRequestHandler {
  const lacks = new SparseLog(logger, systemClock);
  return (error: unknown, _request, response, _next) => {
    if (response.destroyed && hungUp(error)) return;
    const problem = toProblem(error, requestIdOf(response));
    if (problem.lack) {
      const report = { lack: problem.lack, requestId: requestIdOf(response), error: errorMessage(error) };
      lacks.report('error', problem.lack, 'requests are refused for what is not there now', report);
    } else if (problem.unexpected) {
      logger.error({ requestId: requestIdOf(response), error: loggable(error) }, 'a request failed');
    }
    if (response.headersSent) {
      // A half-sent answer cannot become an error any more; cutting it off is the only honest signal left.
      response.destroy();
      return;
    }
    if (problem.retryAfterSeconds !== undefined)
      response.set('Retry-After', String(problem.retryAfterSeconds));
    if (problem.status === 401 && !response.get('WWW-Authenticate'))
      response.set('WWW-Authenticate', 'Bearer');
    response.status(problem.status).json(failureBody(problem.message, problem.errors));
  };
}

export function unknownRoute(request: Request, _response: Response): never {
  throw new DomainError(
    'not_found',
    'unknown_route',
    `There is no ${request.method} ${request.path}. /api/docs lists all routes.`,
  );
}

/** A caller who closes a download before its end is no failure; the request log has it as aborted. */
function hungUp(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_STREAM_PREMATURE_CLOSE';
}

/** Of a database error only these fields: the others hold the statement's parameters, which are people's data. */
function loggable(error: unknown): object {
  if (!(error instanceof Error)) return { message: String(error) };
  const code = 'code' in error ? error.code : undefined;
  return { name: error.name, message: error.message, code, stack: error.stack };
}
