import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsNumber,
  IsOptional,
  IsString,
  IsUUID,
  Max,
  MaxLength,
  Min,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { MessageType } from '../../transports/transport.js';

const partTypes: readonly MessageType[] = [
  'text',
  'image',
  'video',
  'audio',
  'voice',
  'document',
  'location',
  'contact',
  'poll',
];

/** Messages of one campaign to one recipient. */
export const MAX_PARTS = 10;
/** WhatsApp's own bounds of a poll. */
const MIN_CHOICES = 2;
const MAX_CHOICES = 12;
const MAX_URL_LENGTH = 2_048;

/**
 * Fields that requests and responses share. Which of them a part has depends on its type: see docs/campaigns/create.md.
 */
class PartFields {
  @IsIn(partTypes)
  type!: MessageType;

  /** The text of a text part, as a template: `Hi {{ contact.name | default: "there" }}`. */
  @IsOptional()
  @IsString()
  content?: string;

  /** A file of this tenant, for image, video, audio, voice and document. */
  @IsOptional()
  @IsUUID()
  mediaId?: string;

  /** The text under an image, a video or a document; a template. */
  @IsOptional()
  @IsString()
  caption?: string;

  /** The name the recipient sees; the file's own unless given. */
  @IsOptional()
  @IsString()
  filename?: string;

  @IsOptional()
  @IsNumber()
  @Min(-90)
  @Max(90)
  latitude?: number;

  @IsOptional()
  @IsNumber()
  @Min(-180)
  @Max(180)
  longitude?: number;

  /** What the place is called; a template. */
  @IsOptional()
  @IsString()
  name?: string;

  @IsOptional()
  @IsString()
  address?: string;

  /** The name on a contact card; a template. */
  @IsOptional()
  @IsString()
  displayName?: string;

  /** The number on a contact card. */
  @IsOptional()
  @IsString()
  phoneNumber?: string;

  @IsOptional()
  @IsString()
  organisation?: string;

  /** What a poll asks; a template. */
  @IsOptional()
  @IsString()
  question?: string;

  /** What a recipient can answer; each is a template. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(MIN_CHOICES)
  @ArrayMaxSize(MAX_CHOICES)
  @IsString({ each: true })
  choices?: string[];

  /** How many choices a recipient may pick: 1 unless given, 0 for any number. */
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(MAX_CHOICES)
  selectable?: number;
}

@JSONSchema({
  examples: [
    { type: 'text', content: 'Hi {{ contact.name | default: "there" }}' },
    { type: 'image', mediaUrl: 'https://example.com/sale.png', caption: 'For {{ name | default: "you" }}' },
    { type: 'poll', question: 'Which day suits you?', choices: ['Monday', 'Friday'] },
  ],
})
export class CampaignPartDto extends PartFields {
  /** Where the file is fetched from, once, when the campaign is made; instead of `mediaId`. */
  @IsOptional()
  @IsString()
  @MaxLength(MAX_URL_LENGTH)
  mediaUrl?: string;

  /**
   * Of a document: send what `mediaUrl` shows also when it is a web page. Without it a page is refused, because share
   * links of Drive or Dropbox show a page about the file in place of the file.
   */
  @IsOptional()
  @IsBoolean()
  webPage?: boolean;
}

export class CampaignPartResponse extends PartFields {}
