import { IsBoolean, IsOptional, IsUUID } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

@JSONSchema({ examples: [{}] })
export class EraseContactDto {
  @IsOptional()
  @IsBoolean()
  @JSONSchema({
    description:
      'Whether every number stays on, or comes to, the suppression list. Unless given they stay there, and come there when the person had opted out.',
  })
  suppress?: boolean | null;
}

export class ContactErasedDto {
  @IsUUID()
  id!: string;

  /** A number of the person is on the suppression list. */
  @IsBoolean()
  suppressed!: boolean;
}
