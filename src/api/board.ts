import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { ExpressAdapter } from '@bull-board/express';
import { Router, type Express } from 'express';
import type { Authenticator } from '../modules/auth/index.js';
import { requireScope } from './authentication.js';
import { refuseForeignOrigins } from './middleware/origins.js';
import { nameRoute } from './middleware/request-log.js';

const BOARD_PATH = '/admin/queues';

/** A BullMQ queue; only `queue/` may name the library. */
export type BoardQueue = ConstructorParameters<typeof BullMQAdapter>[0];

/**
 * Bull Board for people who may manage queues, which hold the jobs of all tenants. A browser that navigates here can send no bearer token, so it may log in
 * with HTTP Basic: the admin's e-mail address and password, under the same limits as the login route.
 */
export function mountBoard(
  app: Express,
  deps: { queues: BoardQueue[]; authenticator: Authenticator; corsOrigins: readonly string[] },
): void {
  const adapter = new ExpressAdapter();
  adapter.setBasePath(BOARD_PATH);
  createBullBoard({ queues: deps.queues.map((queue) => new BullMQAdapter(queue)), serverAdapter: adapter });
  const board = Router();
  board.use(refuseForeignOrigins(deps.corsOrigins), async (request, response, next) => {
    nameRoute(response, BOARD_PATH);
    response.set('WWW-Authenticate', 'Basic realm="Starling", charset="UTF-8"');
    const principal = await deps.authenticator.authenticateBrowser(
      { authorization: request.get('authorization'), apiKey: request.get('x-api-key') },
      request.ip ?? 'unknown',
    );
    response.removeHeader('WWW-Authenticate');
    requireScope(principal, 'queues:manage');
    await deps.authenticator.requireOperator(principal);
    next();
  });
  board.use(adapter.getRouter());
  app.use(BOARD_PATH, board);
}
