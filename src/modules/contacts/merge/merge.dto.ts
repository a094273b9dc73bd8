import { Type } from 'class-transformer';
import { IsArray, IsIn, IsUUID, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import { ContactDto } from '../contact.dto.js';
import { presentContact } from '../contact.presenter.js';
import type { Page } from '../../../lib/pages.js';
import type { DuplicateReason } from '../core/duplicates.js';
import type { Duplicates } from './merge.service.js';

@JSONSchema({ examples: [{ contactId: '0198c0de-0000-7000-8000-000000000000' }] })
export class MergeContactDto {
  @IsUUID()
  @JSONSchema({ description: 'The contact that becomes part of this one and is gone afterwards.' })
  contactId!: string;
}

const reasons: readonly DuplicateReason[] = ['same_name_and_digits'];

export class DuplicatesDto {
  @IsIn(reasons)
  @JSONSchema({
    description: '`same_name_and_digits`: the same name, and numbers that end in the same eight digits.',
  })
  reason!: DuplicateReason;

  /** Oldest first. */
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ContactDto)
  contacts!: ContactDto[];
}

export function presentDuplicates(page: Page<Duplicates>): Page<DuplicatesDto> {
  const items = page.items.map(({ reason, contacts }) => ({
    reason,
    contacts: contacts.map(presentContact),
  }));
  return { ...page, items };
}
