import { join, resolve } from 'node:path';
import { systemClock } from '../lib/clock.js';
import { systemRandom } from '../lib/random.js';
import {
  ApiKeyService,
  Authenticator,
  AuthService,
  IdempotencyService,
  LoginLimiter,
} from '../modules/auth/index.js';
import {
  CampaignFeeder,
  CampaignScheduler,
  CampaignManager,
  RecipientRetention,
  type CampaignDeps,
} from '../modules/campaigns/index.js';
import {
  AttributeNames,
  ContactService,
  ImportRetention,
  ImportService,
  ListService,
  SuppressionService,
} from '../modules/contacts/index.js';
import { EventOutbox, EventUpkeep } from '../modules/events/index.js';
import { MessageService, DirectMessages } from '../modules/messages/index.js';
import { SegmentService } from '../modules/segments/index.js';
import { SenderService } from '../modules/senders/index.js';
import { SessionService } from '../modules/sessions/index.js';
import { PreviewService, TemplateService } from '../modules/templates/index.js';
import { SettingsService, windowErrors } from '../modules/tenants/index.js';
import { isAnyWorkerAlive } from '../modules/workers/index.js';
import { defaultTiming } from '../worker/session-host/timing.js';
import { createContactServices } from './contact-services.js';
import { createMedia } from './media.js';
import type { ServiceInputs } from './inputs.js';
import { humanPaceAt } from '../modules/delivery/index.js';

/** One address may try for several accounts, as offices and homes share addresses. */
const ADDRESS_ATTEMPTS_FACTOR = 5;
/** The modules' services, wired once per process. They hold no state that matters: any process may have them all. */
export type Services = ReturnType<typeof createServices>;

export function createServices({ config, logger, infrastructure, transports, threads }: ServiceInputs) {
  const { database, queue } = infrastructure;
  const clock = systemClock;
  const { defaultCountry, window, typingPercent } = config.campaigns;
  const filesDir = join(resolve(config.server.dataDir), 'imports');
  const attributeNames = new AttributeNames(config.limits.attributeNames);
  const contacts = new ContactService({ database, clock, defaultCountry, attributeNames });
  const senders = new SenderService({ database, queue, clock, transports, defaultCountry, logger });
  const segments = new SegmentService({ database, clock, contacts });
  const { media, campaignMedia, mediaFiles } = createMedia(config, infrastructure);
  const templates = new TemplateService({ database, clock });
  const campaignDeps: CampaignDeps = {
    database,
    queue,
    contacts,
    senders,
    segments,
    media: campaignMedia,
    workers: { isAnyAlive: () => isAnyWorkerAlive(database.manager, defaultTiming.leaseMs) },
    clock,
    random: systemRandom,
    logger,
    defaultCountry,
    window,
    humanPace: humanPaceAt(typingPercent),
  };
  return {
    ...createAccess({ config, logger, infrastructure }),
    attributeNames,
    contacts,
    ...createContactServices(
      { config, logger, infrastructure, transports, threads },
      contacts,
      attributeNames,
    ),
    segments,
    settings: new SettingsService({ database, clock, checkWindow: windowErrors }),
    lists: new ListService({ database, clock }),
    suppressions: new SuppressionService({ database, clock, defaultCountry }),
    importRetention: new ImportRetention({ database, filesDir }),
    recipientRetention: new RecipientRetention({ database, clock }),
    imports: new ImportService({
      database,
      queue,
      filesDir,
      defaultCountry,
      clock,
      logger,
      threads,
      limits: { maxRows: config.limits.importMaxRows, quotaBytes: config.limits.importQuotaBytes },
      attributeNames,
    }),
    senders,
    events: new EventOutbox(database),
    eventUpkeep: new EventUpkeep({ database, logger }),
    sessions: new SessionService({ database, queue, clock, transports, senders, logger }),
    campaigns: new CampaignManager(campaignDeps),
    feeder: new CampaignFeeder(campaignDeps),
    scheduler: new CampaignScheduler(campaignDeps),
    templates,
    previews: new PreviewService({ database }),
    media,
    mediaFiles,
    messages: new MessageService({ database }),
    direct: new DirectMessages(campaignDeps),
  };
}

function createAccess({ config, logger, infrastructure }: Omit<ServiceInputs, 'transports' | 'threads'>) {
  const { database } = infrastructure;
  const clock = systemClock;
  const attempts = config.limits.loginAttemptsPerMinute;
  const limiter = new LoginLimiter(database, {
    perEmail: attempts,
    perAddress: attempts * ADDRESS_ATTEMPTS_FACTOR,
    windowSeconds: 60,
  });
  const auth = new AuthService({
    database,
    limiter,
    clock,
    logger,
    jwtSecret: config.auth.jwtSecret ?? '',
    accessTokenSeconds: config.auth.accessTokenLifetimeSeconds,
    refreshTokenSeconds: config.auth.refreshTokenLifetimeSeconds,
  });
  const apiKeys = new ApiKeyService({ database, clock });
  return {
    auth,
    apiKeys,
    authenticator: new Authenticator({ mode: config.auth.mode, database, auth, apiKeys, clock }),
    idempotency: new IdempotencyService({
      database,
      clock,
      logger,
      quotaBytes: config.limits.answersQuotaBytes,
    }),
  };
}
