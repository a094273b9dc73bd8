import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsISO8601,
  IsObject,
  IsOptional,
  IsString,
  IsUUID,
  Length,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { MAX_TEMPLATE_LENGTH, renderFailures, type RenderFailure } from '../content/index.js';

const MAX_PREVIEWS = 50;
/** Checked with everything else about a text, by its own rules. */
const text = { minLength: 1, maxLength: MAX_TEMPLATE_LENGTH };

@JSONSchema({
  examples: [
    {
      name: 'Welcome',
      content: '{Hi|Hello} {{ contact.name | first_name | default: "there" }}, welcome!',
    },
  ],
})
export class CreateTemplateDto {
  @IsString()
  @Length(1, 200)
  name!: string;

  /** Liquid with choices: `{Hi|Hello} {{ contact.name | default: "there" }}`. At most 4,096 characters. */
  @IsString()
  @JSONSchema(text)
  content!: string;
}

@JSONSchema({ examples: [{ content: '{Hi|Hello|Hey} {{ contact.name | default: "you" }}!' }] })
export class UpdateTemplateDto {
  @IsOptional()
  @IsString()
  @Length(1, 200)
  name?: string;

  @IsOptional()
  @IsString()
  @JSONSchema(text)
  content?: string;
}

@JSONSchema({
  examples: [
    {
      content: '{Hi|Hello} {{ name | first_name }}, you owe {{ debt | currency: "BRL", "pt-BR" }}',
      variables: { name: 'Ana Maria', debt: 12.5 },
    },
  ],
})
export class PreviewTemplateDto {
  @IsOptional()
  @IsString()
  @JSONSchema(text)
  content?: string;

  @IsOptional()
  @IsUUID()
  templateId?: string;

  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_PREVIEWS)
  @IsUUID(undefined, { each: true })
  contactIds?: string[];

  @IsOptional()
  @IsUUID()
  listId?: string;

  /** A person who is made up: name, phoneNumber (null for none) and attributes. */
  @IsOptional()
  @IsObject()
  @JSONSchema({ type: 'object', additionalProperties: true })
  variables?: Record<string, unknown>;

  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_PREVIEWS)
  @JSONSchema({ description: 'Most people to render for, without contactIds.', default: 10 })
  limit?: number;
}

export class TemplateVariableResponse {
  /** As the text writes it. */
  @IsString()
  name!: string;
  /** False when every use has a default or stands in a condition about it. */
  @IsBoolean()
  required!: boolean;
}

export class TemplateResponse {
  @IsUUID()
  id!: string;
  @IsString()
  name!: string;
  @IsString()
  content!: string;
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TemplateVariableResponse)
  variables!: TemplateVariableResponse[];
  @IsISO8601()
  createdAt!: string;
  @IsISO8601()
  updatedAt!: string;
}

export class PreviewedTextResponse {
  /** Null for a person who is made up. */
  @IsOptional()
  @IsUUID()
  contactId!: string | null;
  /** Null for a person without a number. */
  @IsOptional()
  @IsString()
  phoneNumber!: string | null;
  @IsOptional()
  @IsString()
  name!: string | null;
  /** Absent when there would be none; `code` and `reason` say why. */
  @IsOptional()
  @IsString()
  text?: string;
  @IsOptional()
  @IsIn(renderFailures)
  code?: RenderFailure;
  @IsOptional()
  @IsString()
  reason?: string;
  /** The variable this person has no value for. */
  @IsOptional()
  @IsString()
  variable?: string;
}

export class PreviewResponse {
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => TemplateVariableResponse)
  variables!: TemplateVariableResponse[];
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => PreviewedTextResponse)
  items!: PreviewedTextResponse[];
}
