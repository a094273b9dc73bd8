import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { TOPIC, TOPIC_MESSAGE } from '../contacts/index.js';
import { filterSchema } from '../segments/index.js';
import { AudienceExclusionsDto } from './audience/audience.dto.js';
import { CampaignTimingDto } from './campaign-timing.dto.js';
import { CanaryDto, MAX_INTEGER } from './canary/canary.dto.js';
import { CampaignVariantDto } from './variants/variant.dto.js';
import { MAX_VARIANTS } from './variants/core/variants.js';
import type { UnknownChoice } from '../delivery/index.js';
import { CampaignPartDto, MAX_PARTS } from '../content/index.js';
import { purposes, type Purpose } from '../tenants/index.js';

export const MAX_INLINE_CONTACTS = 10_000;
const ONE_HOUR_MS = 3_600_000;

export const unknownChoices: readonly UnknownChoice[] = ['leave', 'resend'];

export class CampaignOptionsDto {
  /** Prefer the contact's last sender; true unless given. */
  @IsOptional()
  @IsBoolean()
  stickySender?: boolean;

  /** Skip numbers that a check of the last 30 days did not find on WhatsApp; true unless given. */
  @IsOptional()
  @IsBoolean()
  skipUnregistered?: boolean;

  /**
   * What to do with an unconfirmed send: leave it `unknown`, or send it again, at the risk that a recipient gets it
   * twice.
   */
  @IsOptional()
  @IsIn(unknownChoices)
  @JSONSchema({ default: 'leave' })
  onUnknown?: UnknownChoice;
}

const contactSchema: Parameters<typeof JSONSchema>[0] = {
  items: {
    oneOf: [
      { type: 'string', description: 'A phone number, such as +5511987654321.' },
      {
        type: 'object',
        properties: {
          phoneNumber: { type: 'string' },
          name: { type: 'string' },
          variables: { type: 'object', additionalProperties: true },
        },
        required: ['phoneNumber'],
      },
    ],
  },
};

/** Fields a campaign can be changed in, as far as its state allows; a new one has them too. */
class CampaignSettingsDto extends CampaignTimingDto {
  /** The parts every recipient gets, in order. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_PARTS)
  @ValidateNested({ each: true })
  @Type(() => CampaignPartDto)
  messages?: CampaignPartDto[];

  /** Short for one text part. */
  @IsOptional()
  @IsString()
  template?: string;

  // --- personalisation
  /** A saved text as the one text part; the campaign keeps it as it is now. */
  @IsOptional()
  @IsUUID()
  templateId?: string;

  /** 2 to 10 versions instead of messages; the recipients are divided among them by weight. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_VARIANTS, { message: `at most ${MAX_VARIANTS} variants` })
  @ValidateNested({ each: true })
  @Type(() => CampaignVariantDto)
  variants?: CampaignVariantDto[];
  // ---

  /**
   * `marketing` keeps to the tenant's quiet hours, send window and frequency cap; `service` is about something the
   * recipients have with you (an order, an appointment) and does not. Nobody who opted out gets either.
   */
  @IsOptional()
  @IsIn(purposes)
  @JSONSchema({ default: 'marketing' })
  purpose?: Purpose;

  @IsOptional()
  @Matches(TOPIC, { message: TOPIC_MESSAGE })
  @JSONSchema({
    description:
      'What the campaign is about. Nobody who is suppressed for this topic gets it, whatever its purpose; null for none.',
    examples: ['newsletter'],
  })
  topic?: string | null;

  // --- control
  /** Sends to a few recipients first, then waits; null clears it. */
  @IsOptional()
  @ValidateNested()
  @Type(() => CanaryDto)
  canary?: CanaryDto | null;

  /** The most messages of this campaign through one sender; null for no limit. */
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_INTEGER)
  maxPerSender?: number | null;
  // ---

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(ONE_HOUR_MS)
  @JSONSchema({ description: 'Milliseconds between two messages of one sender, at least.', default: 2_000 })
  minDelay?: number;

  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(ONE_HOUR_MS)
  @JSONSchema({ description: 'Milliseconds between two messages of one sender, at most.', default: 5_000 })
  maxDelay?: number;

  /** The senders that may serve this campaign; without ids and tags every sender of the tenant. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(1_000)
  @IsUUID(undefined, { each: true })
  senderIds?: string[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsString({ each: true })
  @MaxLength(100, { each: true })
  senderTags?: string[];

  @IsOptional()
  @ValidateNested()
  @Type(() => CampaignOptionsDto)
  options?: CampaignOptionsDto;
}

@JSONSchema({
  examples: [
    {
      name: 'Spring sale',
      template: 'Hi {{ contact.name | default: "there" }}, our spring sale has begun.',
      contacts: ['+5511987654321', { phoneNumber: '+5511987654322', name: 'Ana' }],
      minDelay: 2_000,
      maxDelay: 5_000,
    },
  ],
})
export class CreateCampaignDto extends CampaignSettingsDto {
  @IsString()
  @Length(1, 200)
  name!: string;

  /** Phone numbers, or objects with a phone number, a name and template variables. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(MAX_INLINE_CONTACTS, {
    message: `at most ${MAX_INLINE_CONTACTS} contacts fit into one request; import a file into a list and use listIds`,
  })
  @JSONSchema(contactSchema)
  contacts?: unknown[];

  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  listIds?: string[];

  // --- audience
  /** Segments; their members are taken when the campaign is created. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  segmentIds?: string[];

  @IsOptional()
  @IsObject()
  @JSONSchema(filterSchema)
  filter?: Record<string, unknown>;

  /** Completed imports, whose contacts get it. */
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @IsUUID(undefined, { each: true })
  importIds?: string[];

  /** Recipients to exclude, whatever source they came from. */
  @IsOptional()
  @ValidateNested()
  @Type(() => AudienceExclusionsDto)
  exclude?: AudienceExclusionsDto;
  // ---

  /** The country of numbers without a country code, such as BR. */
  @IsOptional()
  @IsISO31661Alpha2()
  defaultCountry?: string;
}

@JSONSchema({ examples: [{ name: 'Spring sale, last call' }] })
export class UpdateCampaignDto extends CampaignSettingsDto {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;
}
