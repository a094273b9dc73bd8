import type { Response } from 'express';
import { CallerGone } from '../../lib/errors.js';
import { codeOf } from '../../lib/transient-errors.js';

/** Calls `then` when the connection is done with the answer: whether all of it was taken. */
export function onceOver(response: Response, then: (taken: boolean) => void): void {
  // Node says `finish` and `writableFinished` also of an answer whose rest was thrown away with the connection.
  let taken = false;
  response.once('finish', () => {
    taken = !response.req.socket.destroyed;
  });
  response.once('close', () => then(taken));
}

/** Aborts when the connection ends before the whole answer was taken. */
export function signalOf(response: Response): AbortSignal {
  const controller = new AbortController();
  if (response.closed) controller.abort(new CallerGone());
  onceOver(response, (taken) => {
    if (!taken) controller.abort(new CallerGone());
  });
  return controller.signal;
}

/** A caller who leaves before the end of an answer is no failure; the request log has it as aborted. */
export function isCallerGone(error: unknown): boolean {
  return error instanceof CallerGone || codeOf(error) === 'ERR_STREAM_PREMATURE_CLOSE';
}
