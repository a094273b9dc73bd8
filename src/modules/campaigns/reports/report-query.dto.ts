import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsIn,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { CommaSeparated } from '../../../lib/comma-separated.js';
import { recipientStates } from '../campaign-query.dto.js';
import type { ExtraDimension } from './report.service.js';
import type { DeliveryState } from '../../delivery/index.js';

const extraDimensions: readonly ExtraDimension[] = ['part', 'hour'];

export class StatsQueryDto {
  @IsOptional()
  @IsArray()
  @IsIn(extraDimensions, { each: true })
  @CommaSeparated()
  @JSONSchema({ description: 'Also count messages by these, such as `part,hour`.' })
  by?: ExtraDimension[];

  @IsOptional()
  @IsString()
  @MaxLength(100)
  @JSONSchema({ description: "Whose hours, such as Europe/Berlin; the tenant's time zone unless given." })
  timeZone?: string;
}

export class ExportQuery {
  @IsOptional()
  @IsIn(['csv', 'xlsx'])
  @JSONSchema({ description: 'csv unless given.' })
  format?: 'csv' | 'xlsx';

  @IsOptional()
  @IsIn(recipientStates)
  @JSONSchema({ description: 'Only recipients in this state.' })
  state?: DeliveryState;
}

export class CompareQuery {
  @IsArray()
  @ArrayMinSize(2, { message: 'name at least two campaigns, such as ?ids=a,b' })
  @ArrayMaxSize(10, { message: 'at most ten campaigns can be compared at once' })
  @ArrayUnique((id) => String(id).toLowerCase(), { message: 'a campaign is named twice' })
  @IsUUID(undefined, { each: true })
  @CommaSeparated()
  @JSONSchema({ description: 'Two to ten campaigns, such as `a,b,c`.' })
  ids!: string[];
}
