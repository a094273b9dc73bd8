import cors from 'cors';
import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Database } from '../db/index.js';
import type { Logger } from '../lib/logger.js';
import type { Authenticator, IdempotencyService } from '../modules/auth/index.js';
import { addressOf, CallerCheck } from './authentication.js';
import { mountBoard, type BoardQueue } from './board.js';
import { errorHandler, unknownRoute } from './middleware/errors.js';
import { refuseForeignHosts, refuseForeignOrigins } from './middleware/origins.js';
import { phaseGate, type ServerPhase } from './middleware/phase.js';
import { RequestLimiter } from './middleware/rate-limit.js';
import { requestId, requestLog } from './middleware/request-log.js';
import { Rooms } from './middleware/room.js';
import { Uploads, type UploadPace } from './middleware/uploads.js';
import { mountRoutes } from './mount.js';
import { openApiRoute } from './openapi/route.js';
import type { Route } from './route.js';
import { RouteWork, type WorkLimits } from './route-work.js';
import { mountSwagger } from './swagger.js';

const DEFAULT_REQUESTS_PER_MINUTE = 6_000;
const EXPOSED_HEADERS = ['X-Request-Id', 'Retry-After', 'Idempotent-Replayed', 'Content-Disposition'];

export interface AppSettings {
  version: string;
  /** Origins of other web pages that may call this API from a browser; `*` for all. */
  corsOrigins: readonly string[];
  /** Where uploads are streamed to; made when it is not there. */
  uploadDir: string;
  /** How fast uploads arrive at least. */
  uploadPace?: UploadPace;
  /** Largest JSON body. */
  jsonLimitBytes: number;
  /** Reverse proxies in front of the server, whose X-Forwarded-For is believed. None by default. */
  trustProxy?: number;
  /** Per caller and process. */
  requestsPerMinute?: number;
  work: WorkLimits;
}

export interface AppDependencies {
  routes: readonly Route[];
  database: Pick<Database, 'using'>;
  authenticator: Authenticator;
  idempotency: IdempotencyService;
  boardQueues: BoardQueue[];
  /** Asked on every request; anything but `running` is answered with 503 (except the health probes). */
  phase(): ServerPhase;
  logger: Logger;
  settings: AppSettings;
}

/** The whole HTTP surface: guards, declared routes, their documentation, the queue board, errors. */
export function createApp(deps: AppDependencies): Express {
  const { logger, settings, authenticator } = deps;
  const app = express();
  app.disable('x-powered-by');
  app.set('query parser', 'simple');
  app.set('trust proxy', settings.trustProxy ?? 0);
  app.use(requestId, requestLog(logger), securityHeaders());
  if (settings.corsOrigins.length > 0) {
    app.use(
      cors({
        origin: settings.corsOrigins.includes('*') ? '*' : [...settings.corsOrigins],
        exposedHeaders: EXPOSED_HEADERS,
        maxAge: 600,
      }),
    );
  }
  if (authenticator.mode === 'none') app.use(refuseForeignHosts, refuseForeignOrigins(settings.corsOrigins));
  app.use(phaseGate(() => deps.phase()));
  const limiter = new RequestLimiter(settings.requestsPerMinute ?? DEFAULT_REQUESTS_PER_MINUTE);
  const routes: Route[] = [...deps.routes, openApiRoute(() => routes, settings.version)];
  mountRoutes(app, routes, {
    callers: new CallerCheck(authenticator, limiter),
    idempotency: deps.idempotency,
    limiter,
    uploads: new Uploads(settings.uploadDir, settings.uploadPace),
    rooms: new Rooms(settings.jsonLimitBytes),
    work: new RouteWork(deps.database, settings.work),
    jsonLimitBytes: settings.jsonLimitBytes,
  });
  // What has no handler of its own costs little, and yet not nothing.
  app.use(countAddresses(limiter));
  mountSwagger(app);
  mountBoard(app, { queues: deps.boardQueues, authenticator, corsOrigins: settings.corsOrigins });
  app.use(unknownRoute, errorHandler(logger));
  return app;
}

function countAddresses(limiter: RequestLimiter): express.RequestHandler {
  return async (request, _response, next) => {
    await limiter.count(`pages ${addressOf(request)}`);
    next();
  };
}

/**
 * Helmet's defaults, except that a self-hosted server without TLS must not send browsers to https, and that no page
 * loads anything from elsewhere: Bull Board would call a font server whenever it is opened.
 */
function securityHeaders(): express.RequestHandler {
  const directives = {
    'upgrade-insecure-requests': null,
    'font-src': ["'self'", 'data:'],
    'style-src': ["'self'", "'unsafe-inline'"],
  };
  return helmet({
    contentSecurityPolicy: { directives },
    strictTransportSecurity: false,
  });
}
