import { IsArray, IsIn, IsInt, IsISO8601, IsObject, IsOptional } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { CommaSeparated } from '../../lib/comma-separated.js';
import { PageQuery } from '../../lib/page-query.js';
import {
  campaignEventKinds,
  eventCatalog,
  type CampaignEventKind,
  type EventKind,
  senderEventKinds,
  type SenderEventKind,
} from './core/catalog.js';

export class CampaignEventsQuery extends PageQuery {
  @IsOptional()
  @IsArray()
  @IsIn(campaignEventKinds, { each: true })
  @CommaSeparated()
  @JSONSchema({ description: 'Only these, such as `campaign.paused,campaign.completed`.' })
  kind?: CampaignEventKind[];
}

export class SenderEventsQuery extends PageQuery {
  @IsOptional()
  @IsArray()
  @IsIn(senderEventKinds, { each: true })
  @CommaSeparated()
  @JSONSchema({ description: 'Only these, such as `sender.connected,sender.disconnected`.' })
  kind?: SenderEventKind[];
}

/** One event, as all of them are. */
class EventResponse {
  /** Counts the events of this sender or campaign from 1. */
  @IsInt()
  sequence!: number;

  @IsISO8601()
  at!: string;
}

export class CampaignEventResponse extends EventResponse {
  @IsIn(campaignEventKinds)
  kind!: CampaignEventKind;

  @IsObject()
  @JSONSchema(payloads(campaignEventKinds))
  payload!: Record<string, unknown>;
}

export class SenderEventResponse extends EventResponse {
  @IsIn(senderEventKinds)
  kind!: SenderEventKind;

  @IsObject()
  @JSONSchema(payloads(senderEventKinds))
  payload!: Record<string, unknown>;
}

/** What the payload may be; each has the name of its kind. */
function payloads(kinds: readonly EventKind[]) {
  return {
    anyOf: kinds.map((kind) => ({
      title: kind,
      ...eventCatalog[kind].payload,
      examples: [eventCatalog[kind].example],
    })),
  };
}
