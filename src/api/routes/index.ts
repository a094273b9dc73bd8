import type { Route } from '../route.js';
import { apiKeysRoutes } from './api-keys.js';
import { authRoutes } from './auth.js';
import { campaignRoutes } from './campaigns.js';
import { contactGroupRoutes } from './contact-groups.js';
import { contactPrivacyRoutes } from './contact-privacy.js';
import { contactRoutes } from './contacts.js';
import { healthRoutes } from './health.js';
import { importRoutes } from './imports.js';
import { listRoutes } from './lists.js';
import { mediaRoutes } from './media.js';
import { messagesRoutes } from './messages.js';
import { numberCheckRoutes } from './number-checks.js';
import { segmentRoutes } from './segments.js';
import { senderRoutes } from './senders.js';
import { settingsRoutes } from './settings.js';
import { suppressionRoutes } from './suppressions.js';
import { templateRoutes } from './templates.js';

const groups = {
  authRoutes,
  apiKeysRoutes,
  settingsRoutes,
  contactRoutes,
  contactGroupRoutes,
  contactPrivacyRoutes,
  numberCheckRoutes,
  listRoutes,
  segmentRoutes,
  suppressionRoutes,
  importRoutes,
  senderRoutes,
  campaignRoutes,
  templateRoutes,
  mediaRoutes,
  messagesRoutes,
  healthRoutes,
};

/** What each group of routes needs. */
type Needs = { [Group in keyof typeof groups]: Parameters<(typeof groups)[Group]>[0] };
type AllOf<Union> = (Union extends unknown ? (need: Union) => void : never) extends (all: infer All) => void
  ? All
  : never;

/** Everything the routes need, all groups together. */
export type RouteServices = AllOf<Needs[keyof Needs]>;

/** Every route of the own surface, in the order the documentation shows them. */
export function allRoutes(services: RouteServices): Route[] {
  return Object.values(groups).flatMap((routesOf) => routesOf(services));
}
