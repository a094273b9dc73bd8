import { IsBoolean, IsOptional, IsUUID } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

@JSONSchema({ examples: [{}] })
export class EraseContactDto {
  @IsOptional()
  @IsBoolean()
  @JSONSchema({
    description:
      'Whether the number stays on, or comes to, the suppression list. Unless given it stays there, and comes there when the person had opted out.',
  })
  suppress?: boolean | null;
}

export class ContactErasedDto {
  @IsUUID()
  id!: string;

  /** The number is on the suppression list. */
  @IsBoolean()
  suppressed!: boolean;
}
