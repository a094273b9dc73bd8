import { campaignEvents, type CampaignEvents } from './campaign-events.js';
import { senderEvents, type SenderEvents } from './sender-events.js';

/** What each kind of event carries. */
export type EventPayloads = CampaignEvents & SenderEvents;
export type EventKind = keyof EventPayloads;
export type CampaignEventKind = keyof CampaignEvents;
export type SenderEventKind = keyof SenderEvents;

/** Every kind that is written; docs/events.md has a line about each. */
export const eventCatalog = { ...campaignEvents, ...senderEvents };

export const campaignEventKinds = Object.keys(campaignEvents) as CampaignEventKind[];
export const senderEventKinds = Object.keys(senderEvents) as SenderEventKind[];

/** An event that has not been written. Payloads hold no text of a message, no full phone number, and are below 20 kB. */
export type NewEvent<Kind extends EventKind = EventKind> = Kind extends EventKind
  ? { tenantId: string; kind: Kind; objectId: string; payload: EventPayloads[Kind] }
  : never;
