import { Type } from 'class-transformer';
import {
  IsArray,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { ContactDto } from '../contacts/index.js';

/** For every field that holds a filter. */
export const filterSchema: Parameters<typeof JSONSchema>[0] = {
  description:
    'A tree of conditions: `{all: [...]}`, `{any: [...]}`, `{not: {...}}`, `{field, op, value}` or ' +
    '`{activity, campaignId?, withinDays?, negate?}`. At most 6 levels and 100 conditions, 20 of them such that no ' +
    'index answers (contains, startsWith, exists, greater, less, withinDays, list, consent, activity), and 2,000 values.',
  type: 'object',
  additionalProperties: true,
};

const example = {
  all: [
    { field: 'country', op: 'equals', value: 'BR' },
    { field: 'attributes.city', op: 'in', value: ['Recife', 'Olinda'] },
    { activity: 'read', withinDays: 30, negate: true },
  ],
};

@JSONSchema({ examples: [{ name: 'Quiet in Recife', filter: example }] })
export class CreateSegmentDto {
  @IsString()
  @Length(1, 200)
  name!: string;

  @IsObject()
  @JSONSchema(filterSchema)
  filter!: Record<string, unknown>;
}

@JSONSchema({ examples: [{ filter: example }] })
export class UpdateSegmentDto {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;

  @IsOptional()
  @IsObject()
  @JSONSchema(filterSchema)
  filter?: Record<string, unknown>;
}

@JSONSchema({ examples: [{ filter: example }] })
export class PreviewSegmentDto {
  @IsObject()
  @JSONSchema(filterSchema)
  filter!: Record<string, unknown>;
}

export class SegmentDto {
  @IsUUID()
  id!: string;

  @IsString()
  name!: string;

  @IsObject()
  @JSONSchema(filterSchema)
  filter!: Record<string, unknown>;

  @IsISO8601()
  createdAt!: string;

  @IsISO8601()
  updatedAt!: string;
}

export class SegmentPreviewDto {
  /** Contacts the filter finds now. */
  @IsInt()
  count!: number;

  /** Up to ten of them, the newest. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ContactDto)
  sample!: ContactDto[];
}
