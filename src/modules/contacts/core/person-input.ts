import type { FieldError } from '../../../lib/errors.js';
import { normalisePhone } from '../../../lib/phone.js';
import { lineOf } from '../../../lib/phone-line.js';
import {
  identityOf,
  isBusinessScopedId,
  isLid,
  isPortfolio,
  lineOfIdentity,
  type Identity,
} from './identity.js';

/** A business-scoped id as requests and answers have it. */
export interface ScopedId {
  id: string;
  /** The business portfolio in which it holds; none in an installation that knows of one only. */
  portfolio?: string | null;
}

/** What a request names a person by, beside the id of a contact. */
export interface IdentityInput {
  phoneNumber?: string | null;
  lid?: string | null;
  businessScopedId?: ScopedId | null;
}

export const LID_MESSAGE = 'Write the digits of the LID only, without @lid.';
export const SCOPED_ID_MESSAGE = 'Write a country, a dot and the id, such as BR.1a2b3c.';
export const PORTFOLIO_MESSAGE =
  'Write the id of the business portfolio: letters, digits, hyphens and underscores.';

/**
 * The identities in these fields, in the order in which a contact goes by them. Errors name the field in `prefix`, such as
 * `to.`; a number without a country code is read as one of `country`.
 */
export function readIdentities(
  { phoneNumber, lid, businessScopedId }: IdentityInput,
  prefix: string,
  country: string | undefined,
): { identities: Identity[]; errors: FieldError[] } {
  const read = [
    given(phoneNumber) && readNumber(phoneNumber, `${prefix}phoneNumber`, country),
    given(lid) && readLid(lid, `${prefix}lid`),
    given(businessScopedId) && readScopedId(businessScopedId, `${prefix}businessScopedId`),
  ].filter((outcome) => outcome !== false);
  return {
    identities: read.flatMap((outcome) => ('kind' in outcome ? outcome : [])),
    errors: read.flatMap((outcome) => ('kind' in outcome ? [] : outcome)),
  };
}

export function readLid(lid: string, path: string): Identity | FieldError {
  return isLid(lid) ? { kind: 'lid', scope: '', value: lid } : { path, message: LID_MESSAGE };
}

export function readScopedId({ id, portfolio }: ScopedId, path: string): Identity | FieldError {
  const scope = portfolio ?? '';
  if (!isBusinessScopedId(id)) return { path: `${path}.id`, message: SCOPED_ID_MESSAGE };
  if (!isPortfolio(scope)) return { path: `${path}.portfolio`, message: PORTFOLIO_MESSAGE };
  return { kind: 'bsuid', scope, value: id };
}

/** The longest text that names one person: a business-scoped id with its portfolio. */
export const MAX_ADDRESS_LENGTH = 210;

/**
 * One text that names a person where a number may stand in a request: a number, `lid:<digits>` or `bsuid:<portfolio>:<id>`.
 * A number without a country code is read as one of `country`.
 */
export function readAddress(
  text: string,
  country: string | undefined,
): { ok: true; phone: string } | { ok: false; reason: string } {
  const address = text.trim();
  if (!/^(?:lid|bsuid):/.test(address)) return normalisePhone(text, country);
  const { kind, scope = '', value = '' } = identityOf(address) ?? {};
  if (kind === 'lid' && isLid(value)) return { ok: true, phone: lineOfIdentity({ kind, scope, value }) };
  if (kind === 'bsuid' && isPortfolio(scope) && isBusinessScopedId(value)) {
    return { ok: true, phone: lineOfIdentity({ kind, scope, value }) };
  }
  return {
    ok: false,
    reason:
      'is no identity; write lid: and its digits, such as lid:190000000000009, or bsuid:, the business portfolio, a colon and ' +
      'the id, such as bsuid:1029384756:BR.1a2b3c (without a portfolio bsuid::BR.1a2b3c)',
  };
}

function readNumber(phoneNumber: string, path: string, country: string | undefined): Identity | FieldError {
  const outcome = normalisePhone(phoneNumber, country);
  if (!outcome.ok) return { path, message: outcome.reason };
  return { kind: 'phone', scope: '', value: lineOf(outcome.phone), written: outcome.phone };
}

function given<Value>(value: Value | null | undefined): value is Value {
  return value !== undefined && value !== null;
}

/** One identity in the fields in which answers show it; all null for an address of nobody, such as that of an erased person. */
export interface ShownIdentity {
  phoneNumber: string | null;
  lid: string | null;
  businessScopedId: { id: string; portfolio: string | null } | null;
}

export function shownIdentity(address: string | null): ShownIdentity {
  const identity = address === null ? undefined : identityOf(address);
  const { kind, value = '', scope = '' } = identity ?? {};
  return {
    phoneNumber: kind === 'phone' ? address : null,
    lid: kind === 'lid' ? value : null,
    businessScopedId: kind === 'bsuid' ? { id: value, portfolio: scope || null } : null,
  };
}

/** A business-scoped id in a file, as an import reads it: behind its portfolio and a slash, where it has one. */
export function scopedIdCell({ businessScopedId }: Pick<ShownIdentity, 'businessScopedId'>): string | null {
  if (businessScopedId === null) return null;
  const { id, portfolio } = businessScopedId;
  return portfolio === null ? id : `${portfolio}/${id}`;
}
