import { IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

/** What every list route takes; a list with filters extends it. */
export class PageQuery {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(500)
  @JSONSchema({ description: 'Items of a page.', default: 50 })
  limit: number = 50;

  @IsOptional()
  @IsString()
  @MaxLength(1_000)
  @JSONSchema({ description: 'The `nextCursor` of the page before.' })
  cursor?: string;
}
