import type { Clock } from '../../lib/clock.js';
import { sharedAnswer } from '../../lib/shared-answer.js';
import { withFallback } from '../../lib/time-out.js';
import { HealthDto, LiveDto, ReadyDto, type InboundDto } from '../health.dto.js';
import { bare, defineRoute, type Route } from '../route.js';

/** A database that does not answer must not make the probe hang as well. */
const READINESS_TIMEOUT_MS = 3_000;

/** Anybody may ask, as often as they like: the database is asked this often at most. */
const KEPT_MS = 1_000;

/** Of a database that does not answer. */
const NOTHING_KNOWN: InboundDto = { waiting: null, parked: null, refused: null };

export interface HealthCheck {
  name: string;
  ok: boolean;
  /** For operators; no secrets, because the route is public. */
  detail?: string;
}

export interface Readiness {
  ready: boolean;
  checks: HealthCheck[];
}

export interface HealthDependencies {
  /** Database, migrations, queue, and whether the process is starting or draining. */
  readiness(): Promise<Readiness>;
  /** Senders of the whole installation by status. */
  senderCounts(): Promise<Record<string, number>>;
  /** What came in to the whole installation and is not worked off. */
  inboundBacklog(): Promise<InboundDto>;
  version: string;
  clock: Clock;
}

export function healthRoutes(deps: HealthDependencies): Route[] {
  const { clock } = deps;
  const startedAt = clock.now();
  const readiness = sharedAnswer({ ms: KEPT_MS, clock }, () => boundedReadiness(deps));
  const counts = sharedAnswer({ ms: KEPT_MS, clock }, async () => ({
    senders: await deps.senderCounts(),
    inbound: await deps.inboundBacklog(),
  }));
  return [
    defineRoute({
      method: 'get',
      path: '/health/live',
      tag: 'health',
      summary: 'Whether the process lives',
      access: 'public',
      response: { status: 200, description: 'It does', data: LiveDto, bare: true },
      async handler() {
        return bare(200, { status: 'live' });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/health/ready',
      tag: 'health',
      summary: 'Whether requests should be sent here; 503 names what is missing',
      access: 'public',
      response: { status: 200, description: 'Ready', data: ReadyDto, bare: true },
      async handler() {
        const { ready, checks } = await readiness();
        return bare(ready ? 200 : 503, { status: ready ? 'ready' : 'not_ready', checks });
      },
    }),
    defineRoute({
      method: 'get',
      path: '/health',
      tag: 'health',
      summary: 'Version, uptime, checks, senders by status, and what came in and is not worked off',
      access: 'public',
      response: { status: 200, description: 'Healthy', data: HealthDto, bare: true },
      async handler() {
        const { ready, checks } = await readiness();
        const { senders, inbound } = ready ? await counts() : { senders: {}, inbound: NOTHING_KNOWN };
        const now = clock.now();
        return bare(ready ? 200 : 503, {
          success: ready,
          message: ready ? 'Starling is running' : 'Starling is not ready',
          status: ready ? 'healthy' : 'unhealthy',
          timestamp: now.toISOString(),
          version: deps.version,
          uptime: Math.floor((now.getTime() - startedAt.getTime()) / 1_000),
          sessions: senders['connected'] ?? 0,
          senders,
          inbound,
          checks,
        });
      },
    }),
  ];
}

function boundedReadiness(deps: HealthDependencies): Promise<Readiness> {
  const detail = `no answer within ${READINESS_TIMEOUT_MS} ms`;
  return withFallback(READINESS_TIMEOUT_MS, deps.readiness(), () => ({
    ready: false,
    checks: [{ name: 'readiness', ok: false, detail }],
  }));
}
