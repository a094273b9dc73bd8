import { Type } from 'class-transformer';
import { IsInt, IsISO8601, IsOptional, IsString, Max, Min, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { QuietHoursDto, SendWindowDto } from './send-window.dto.js';

export class FrequencyCapDto {
  @IsInt()
  @Min(1)
  @Max(1_000)
  @JSONSchema({ description: 'Messages of campaigns a contact gets at most; every part counts as one.' })
  messages!: number;

  @IsInt()
  @Min(1)
  @Max(365)
  @JSONSchema({ description: 'Within so many days, counted back from the moment of sending.' })
  days!: number;
}

@JSONSchema({
  examples: [
    {
      timeZone: 'America/Sao_Paulo',
      quietHours: { from: '21:00', to: '08:00', timeZone: 'recipient' },
      frequencyCap: { messages: 4, days: 7 },
      numberChecksPerDay: 500,
    },
  ],
})
export class UpdateSettingsDto {
  @IsOptional()
  @IsString()
  @JSONSchema({ description: 'The IANA time zone of the tenant, such as America/Sao_Paulo.' })
  timeZone?: string;

  /** When campaigns without a window of their own may send; null for always. */
  @IsOptional()
  @ValidateNested()
  @Type(() => SendWindowDto)
  sendWindow?: SendWindowDto | null;

  /** When no campaign sends, whatever its own window; null for never. */
  @IsOptional()
  @ValidateNested()
  @Type(() => QuietHoursDto)
  quietHours?: QuietHoursDto | null;

  /** Null for no cap. */
  @IsOptional()
  @ValidateNested()
  @Type(() => FrequencyCapDto)
  frequencyCap?: FrequencyCapDto | null;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(1_000_000)
  @JSONSchema({ description: 'Numbers that may be checked for WhatsApp per day, over all senders.' })
  numberChecksPerDay?: number;
}

export class SettingsDto {
  @IsString()
  timeZone!: string;

  /** Null: campaigns without a window of their own send at any time. */
  @IsOptional()
  @ValidateNested()
  @Type(() => SendWindowDto)
  sendWindow!: SendWindowDto | null;

  @IsOptional()
  @ValidateNested()
  @Type(() => QuietHoursDto)
  quietHours!: QuietHoursDto | null;

  /** Null: no cap. */
  @IsOptional()
  @ValidateNested()
  @Type(() => FrequencyCapDto)
  frequencyCap!: FrequencyCapDto | null;

  @IsInt()
  numberChecksPerDay!: number;

  /** Null as long as everything is as it came. */
  @IsOptional()
  @IsISO8601()
  updatedAt!: string | null;
}
