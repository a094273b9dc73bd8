import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MIN_DELIVERY_DAYS } from './core/retention.js';
import { MAX_WORD_LENGTH, MAX_WORDS } from './core/word-errors.js';
import { QuietHoursDto, SendWindowDto } from './send-window.dto.js';

/** Ten years. */
const MAX_RETENTION_DAYS = 3_650;

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

/** What a tenant changes of the words that are built in; docs/opt-out-words.md lists those. */
export class WordChangesDto {
  /** Words of your own; the whole list, which replaces the one before. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_WORDS)
  @IsString({ each: true })
  @MaxLength(MAX_WORD_LENGTH, { each: true })
  added?: string[];

  /** Built-in words that are not to count; the whole list, which replaces the one before. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_WORDS)
  @IsString({ each: true })
  @MaxLength(MAX_WORD_LENGTH, { each: true })
  removed?: string[];
}

/** Days that things are kept; null, which is the default, for ever. See docs/retention.md. */
export class RetentionDto {
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_RETENTION_DAYS)
  @JSONSchema({
    description:
      'Texts and contents of messages, counted from when they were sent, received or given up. The messages stay.',
  })
  messageTextDays?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_RETENTION_DAYS)
  @JSONSchema({
    description: 'Files that nothing sends any more, counted from when they were last uploaded or used.',
  })
  mediaDays?: number | null;

  @IsOptional()
  @IsInt()
  @Min(MIN_DELIVERY_DAYS, {
    message: `must be at least ${MIN_DELIVERY_DAYS}, because an answer counts as a reply to a message for so many days`,
  })
  @Max(MAX_RETENTION_DAYS)
  @JSONSchema({
    description:
      'Recipients of campaigns, counted from the end of the campaign, and direct messages and tests, counted from when they ' +
      'left or were given up; each with its messages. Statistics stay. At least the days of frequencyCap.',
  })
  deliveryDays?: number | null;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_RETENTION_DAYS)
  @JSONSchema({
    description: 'Imports with their rejected rows, counted from their end. The contacts stay.',
  })
  importDays?: number | null;
}

@JSONSchema({
  examples: [
    {
      timeZone: 'America/Sao_Paulo',
      quietHours: { from: '21:00', to: '08:00', timeZone: 'recipient' },
      frequencyCap: { messages: 4, days: 7 },
      numberChecksPerDay: 500,
      optOutWords: { added: ['chega'], removed: ['alto'] },
      retention: { messageTextDays: 365, mediaDays: 365, deliveryDays: 730, importDays: 90 },
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

  /** Words that opt a person out when a message says nothing else; null for the built-in ones. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WordChangesDto)
  optOutWords?: WordChangesDto | null;

  /** Words that opt a person back in; null for the built-in ones. */
  @IsOptional()
  @ValidateNested()
  @Type(() => WordChangesDto)
  optInWords?: WordChangesDto | null;

  /** Kinds that are not named stay as they are; null keeps everything. */
  @IsOptional()
  @ValidateNested()
  @Type(() => RetentionDto)
  retention?: RetentionDto | null;
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

  @ValidateNested()
  @Type(() => WordChangesDto)
  optOutWords!: WordChangesDto;

  @ValidateNested()
  @Type(() => WordChangesDto)
  optInWords!: WordChangesDto;

  @ValidateNested()
  @Type(() => RetentionDto)
  retention!: RetentionDto;

  /** Null as long as everything is as it came. */
  @IsOptional()
  @IsISO8601()
  updatedAt!: string | null;
}
