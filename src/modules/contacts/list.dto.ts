import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsInt,
  IsISO8601,
  IsString,
  IsUUID,
  Length,
} from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';

const MAX_MEMBERS_PER_REQUEST = 10_000;

@JSONSchema({ examples: [{ name: 'Customers' }] })
export class SaveContactListDto {
  @IsString()
  @Length(1, 200)
  name!: string;
}

@JSONSchema({ examples: [{ contactIds: ['01980a4e-7b1c-7c3e-9a52-3f6d1f0c2b11'] }] })
export class AddListMembersDto {
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_MEMBERS_PER_REQUEST)
  @IsUUID(undefined, { each: true })
  contactIds!: string[];
}

export class ContactListDto {
  @IsUUID()
  id!: string;

  @IsString()
  name!: string;

  @IsInt()
  memberCount!: number;

  @IsISO8601()
  createdAt!: string;
}

export class ListMembersAddedDto {
  /** Contacts that were not members before. */
  @IsInt()
  added!: number;
}

export class ListMemberRemovedDto {
  @IsUUID()
  contactId!: string;
}
