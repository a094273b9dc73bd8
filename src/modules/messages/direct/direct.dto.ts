import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO31661Alpha2,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  MaxLength,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { MessageType } from '../../../transports/transport.js';
import { IsMoment } from '../../../lib/moment.js';
import { OtherIdentityDto, MAX_ADDRESS_LENGTH } from '../../contacts/index.js';
import { CampaignPartDto } from '../../content/index.js';
import { purposes, type Purpose } from '../../tenants/index.js';

const MAX_BULK_MESSAGES = 1_000;
const tooMany = `at most ${MAX_BULK_MESSAGES} messages fit into one request; make a campaign for more`;

/** A message: one part of any type, and whom it is for. */
class DirectMessageFields extends CampaignPartDto {
  /** The sender that has to send it; without one, the contact's last sender, or any free one. */
  @IsOptional()
  @IsUUID()
  senderId?: string;

  /** When it is to leave, at most a year from now; at once unless given. */
  @IsOptional()
  @IsMoment()
  sendAt?: string;

  /** Treats the texts as templates, as campaigns do; otherwise they are sent as they are written. */
  @IsOptional()
  @IsBoolean()
  template?: boolean;

  /** Values for the template, which win over the contact's attributes. */
  @IsOptional()
  @IsObject()
  @JSONSchema({ type: 'object', additionalProperties: true })
  variables?: Record<string, unknown>;
}

@JSONSchema({
  examples: [{ to: '+5511987654321', type: 'text', content: 'Your table for two is ready {see you soon}' }],
})
export class SendMessageDto extends DirectMessageFields {
  /** A phone number, such as +5511987654321; or a LID, `lid:<digits>`; or a business-scoped id, `bsuid:<portfolio>:<id>`. */
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  to!: string;

  /**
   * The id of a message that came in from this person. The text is then an answer: it leaves through the sender that was
   * written to, before everything else and without its pace, as long as the person wrote there within 24 hours.
   */
  @IsOptional()
  @IsUUID()
  replyTo?: string;

  /**
   * `service` is about something the recipient has with you (an order, an appointment); `marketing` keeps to the tenant's
   * quiet hours, send window and frequency cap. Nobody who opted out gets either.
   */
  @IsOptional()
  @IsIn(purposes)
  @JSONSchema({ default: 'service' })
  purpose?: Purpose;

  /** The country of a number without a country code, such as BR. */
  @IsOptional()
  @IsISO31661Alpha2()
  defaultCountry?: string;
}

export class BulkMessageDto extends DirectMessageFields {
  /** A phone number, such as +5511987654321; or a LID, `lid:<digits>`; or a business-scoped id, `bsuid:<portfolio>:<id>`. */
  @IsString()
  @MaxLength(MAX_ADDRESS_LENGTH)
  to!: string;

  /**
   * The id of a message that came in from this person. The text is then an answer: it leaves through the sender that was
   * written to, before everything else and without its pace, as long as the person wrote there within 24 hours.
   */
  @IsOptional()
  @IsUUID()
  replyTo?: string;
}

@JSONSchema({
  description: 'Either `messages`, or `recipients` who all get the part that stands beside them.',
  examples: [
    {
      messages: [
        { to: '+5511987654321', type: 'text', content: 'Your order 4711 is on its way' },
        { to: '+5511987654322', type: 'text', content: 'Your order 4712 is on its way' },
      ],
    },
    {
      recipients: ['+5511987654321', { phoneNumber: '+5511987654322', name: 'Ana' }],
      type: 'text',
      content: 'Hi {{ name | default: "there" }}, we open at nine',
      template: true,
    },
  ],
})
export class SendBulkDto extends DirectMessageFields {
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_BULK_MESSAGES, { message: tooMany })
  @ValidateNested({ each: true })
  @Type(() => BulkMessageDto)
  messages?: BulkMessageDto[];

  /** Each as `to` of a message, or an object with that as `phoneNumber`, a name and template variables. */
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_BULK_MESSAGES, { message: tooMany })
  @JSONSchema({
    items: {
      oneOf: [
        { type: 'string' },
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
  })
  recipients?: unknown[];

  /** With `recipients` only; each of `messages` has its own. */
  @IsOptional()
  override type!: MessageType;

  /**
   * `service` is about something the recipient has with you (an order, an appointment); `marketing` keeps to the tenant's
   * quiet hours, send window and frequency cap. Nobody who opted out gets either.
   */
  @IsOptional()
  @IsIn(purposes)
  @JSONSchema({ default: 'service' })
  purpose?: Purpose;

  /** Sends what can be sent and lists the rest, instead of refusing everything for one mistake. */
  @IsOptional()
  @IsBoolean()
  skipInvalid?: boolean;

  /** The country of numbers without a country code, such as BR. */
  @IsOptional()
  @IsISO31661Alpha2()
  defaultCountry?: string;
}

const acceptedStates = ['queued', 'pending'] as const;

export class AcceptedMessageResponse extends OtherIdentityDto {
  /** Of the message: GET /api/messages/{id} returns its delivery status. */
  @IsUUID()
  id!: string;

  /** `pending` waits for its time, `queued` for its sender. */
  @IsIn(acceptedStates)
  state!: 'queued' | 'pending';

  /** E.164; null where another identity is written to. */
  @IsOptional()
  @IsString()
  to!: string | null;

  @IsOptional()
  @IsISO8601()
  sendAt!: string | null;

  /** The message that it answers. */
  @IsOptional()
  @IsUUID()
  replyTo!: string | null;
}

export class BulkMessageResponse extends AcceptedMessageResponse {
  /** Where it stood in the request, from 0. */
  @IsInt()
  index!: number;
}

export class RefusalErrorResponse {
  @IsString()
  path!: string;

  @IsString()
  message!: string;
}

export class BulkRefusalResponse {
  /** Where it stood in the request, from 0. */
  @IsInt()
  index!: number;

  @IsString()
  code!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => RefusalErrorResponse)
  errors!: RefusalErrorResponse[];
}

export class AcceptedBulkResponse {
  /** For GET /api/messages?bulkId= and GET /api/sends/{id} */
  @IsUUID()
  id!: string;

  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BulkMessageResponse)
  messages!: BulkMessageResponse[];

  /** Empty unless `skipInvalid` was asked for. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => BulkRefusalResponse)
  refused!: BulkRefusalResponse[];
}
