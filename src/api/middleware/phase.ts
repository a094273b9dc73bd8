import type { RequestHandler } from 'express';
import { DomainError } from '../../lib/errors.js';
import { isHealth } from './request-log.js';

export type ServerPhase = 'starting' | 'running' | 'draining';

/** 503 until everything is up and from the moment the process drains; only health probes are answered always. */
export function phaseGate(phase: () => ServerPhase): RequestHandler {
  return (request, response, next) => {
    const current = phase();
    if (current === 'draining') response.set('Connection', 'close');
    if (current === 'running' || isHealth(request)) {
      next();
      return;
    }
    throw new DomainError('unavailable', current, `The server is ${current}. Try again soon.`, {
      retryAfterSeconds: 5,
    });
  };
}
