import { Type } from 'class-transformer';
import { IsArray, IsIn, IsISO8601, IsOptional, IsUUID, ValidateNested } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { Page } from '../../../lib/pages.js';
import { shownIdentity } from '../core/person-input.js';
import type { ContactChange, ContactChangeDetail, ContactChangeKind } from './contact-change.entity.js';
import { ShownIdentityDto } from './identity.dto.js';

const kinds: readonly ContactChangeKind[] = ['merged', 'identity_added', 'identity_changed'];

export class ContactChangeDetailDto {
  /** The contact that became part of this one, and is gone. */
  @IsOptional()
  @IsUUID()
  contactId?: string;

  /** What that contact went by, or what was added. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ShownIdentityDto)
  identities?: ShownIdentityDto[];

  /** What is no longer theirs. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ShownIdentityDto)
  from?: ShownIdentityDto[];

  /** What they go by since. */
  @IsOptional()
  @IsArray()
  @ValidateNested({ each: true })
  @Type(() => ShownIdentityDto)
  to?: ShownIdentityDto[];
}

export class ContactChangeDto {
  @IsUUID()
  id!: string;

  @IsIn(kinds)
  @JSONSchema({
    description:
      '`merged`: another contact became part of this one; `identity_added`: something more is known of the person; `identity_changed`: they go by something else, and the old is no longer theirs.',
  })
  kind!: ContactChangeKind;

  @IsIn(['whatsapp', 'api'])
  @JSONSchema({ description: 'Who said so: WhatsApp, or a user.' })
  source!: 'whatsapp' | 'api';

  @ValidateNested()
  @Type(() => ContactChangeDetailDto)
  detail!: ContactChangeDetailDto;

  @IsISO8601()
  at!: string;
}

export function presentChanges(
  page: Page<Pick<ContactChange, 'id' | 'kind' | 'source' | 'detail' | 'at'>>,
): Page<ContactChangeDto> {
  const items = page.items.map(({ id, at, ...change }) => ({
    id,
    ...presentChange(change),
    at: at.toISOString(),
  }));
  return { ...page, items };
}

/** A change without its id and time, for the history and for the export of a person. */
export function presentChange({
  kind,
  source,
  detail,
}: Pick<ContactChange, 'kind' | 'source' | 'detail'>): Pick<ContactChangeDto, 'kind' | 'source' | 'detail'> {
  return { kind, source, detail: presentDetail(detail) };
}

function presentDetail({
  contactId,
  address,
  addresses,
  from,
  to,
}: ContactChangeDetail): ContactChangeDetailDto {
  const identities = address === undefined ? addresses : [address];
  return {
    ...(contactId !== undefined && { contactId }),
    ...(identities && { identities: identities.map(shownIdentity) }),
    ...(from && { from: from.map(shownIdentity) }),
    ...(to && { to: to.map(shownIdentity) }),
  };
}
