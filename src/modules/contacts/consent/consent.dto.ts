import { IsIn, IsISO8601, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { IsMoment } from '../../../lib/moment.js';

export const MAX_SOURCE_LENGTH = 200;

@JSONSchema({ examples: [{ kind: 'granted', source: 'web form', proof: 'https://shop.example/forms/17' }] })
export class AddConsentDto {
  @IsIn(['granted', 'withdrawn'])
  @JSONSchema({ description: '`withdrawn` also opts the contact out; `granted` lifts no opt-out.' })
  kind!: 'granted' | 'withdrawn';

  @IsString()
  @MaxLength(MAX_SOURCE_LENGTH)
  @JSONSchema({ description: 'Where the person said so.', examples: ['web form'] })
  source!: string;

  @IsOptional()
  @IsString()
  @MaxLength(4_000)
  @JSONSchema({ description: 'What shows it: a text, a link, the id of a form.' })
  proof?: string | null;

  @IsOptional()
  @IsMoment({ orDay: true })
  @JSONSchema({ description: 'When the person said so; now unless given.' })
  at?: string | null;
}

export class ConsentDto {
  @IsUUID()
  id!: string;

  @IsIn(['granted', 'withdrawn'])
  kind!: 'granted' | 'withdrawn';

  /** `keyword` and `api` are lines that opting out or in has added by itself. */
  @IsString()
  source!: string;

  @IsOptional()
  @IsString()
  proof!: string | null;

  @IsISO8601()
  at!: string;

  @IsISO8601()
  createdAt!: string;
}
