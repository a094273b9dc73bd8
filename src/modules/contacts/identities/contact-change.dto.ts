import { IsIn, IsISO8601, IsObject, IsUUID } from 'class-validator';
import { JSONSchema } from 'class-validator-jsonschema';
import type { Page } from '../../../lib/pages.js';
import type { ContactChange, ContactChangeKind } from './contact-change.entity.js';

const kinds: readonly ContactChangeKind[] = ['merged', 'identity_added', 'identity_changed'];

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

  @IsObject()
  @JSONSchema({
    description:
      'The id of the contact that is gone, and the identities it is about: numbers, `lid:...`, `bsuid:...`.',
    additionalProperties: true,
  })
  detail!: Record<string, unknown>;

  @IsISO8601()
  at!: string;
}

export function presentChanges(
  page: Page<Pick<ContactChange, 'id' | 'kind' | 'source' | 'detail' | 'at'>>,
): Page<ContactChangeDto> {
  const items = page.items.map(({ at, ...change }) => ({ ...change, at: at.toISOString() }));
  return { ...page, items };
}
