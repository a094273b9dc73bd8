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

const MAX_MEMBERS_PER_REQUEST = 10_000;

export class SaveContactListDto {
  @IsString()
  @Length(1, 200)
  name!: string;
}

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
