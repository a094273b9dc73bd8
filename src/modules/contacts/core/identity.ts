import { lineOf } from '../../../lib/phone-line.js';
import type { Peer } from '../../../transports/peer.js';

export const IDENTITY_KINDS = ['phone', 'lid', 'bsuid'] as const;
export type IdentityKind = (typeof IDENTITY_KINDS)[number];

/** One of the things that WhatsApp knows a person by. */
export interface Identity {
  kind: IdentityKind;
  /** The business portfolio of a business-scoped id; empty for what holds in the whole tenant. */
  scope: string;
  /** A number as its line, a LID in digits, a business-scoped id as `CC.xxxx`. */
  value: string;
  /** A number in the form it was given, which is dialled and shown. */
  written?: string;
}

const PHONE = /^\+[1-9]\d{4,14}$/;
const LID = /^\d{1,20}$/;
const BUSINESS_SCOPED_ID = /^[A-Z]{2}\.[A-Za-z0-9_-]{1,128}$/;
const PORTFOLIO = /^[A-Za-z0-9_-]{0,64}$/;

export const isLid = (value: string): boolean => LID.test(value);
export const isBusinessScopedId = (value: string): boolean => BUSINESS_SCOPED_ID.test(value);
export const isPortfolio = (value: string): boolean => PORTFOLIO.test(value);

/**
 * What a transport says of one person, in the order in which a contact goes by it: the number, the LID, the business-scoped
 * id of this portfolio. What has no form that it may have is left out.
 */
export function identitiesOf(peer: Peer, scope = ''): Identity[] {
  const { phone, lid, businessScopedId } = peer;
  const found: Identity[] = [];
  if (phone !== undefined && PHONE.test(phone)) {
    found.push({ kind: 'phone', scope: '', value: lineOf(phone), written: phone });
  }
  if (lid !== undefined && isLid(lid)) found.push({ kind: 'lid', scope: '', value: lid });
  if (businessScopedId !== undefined && isBusinessScopedId(businessScopedId) && isPortfolio(scope)) {
    found.push({ kind: 'bsuid', scope, value: businessScopedId });
  }
  return found;
}

/**
 * The one text by which an identity is looked up, in the columns `line`: the line of a number, `lid:<digits>`,
 * `bsuid:<portfolio>:<id>`. The database makes the same of the rows of contact_identities.
 */
export function lineOfIdentity({ kind, scope, value }: Identity): string {
  switch (kind) {
    case 'phone':
      return value;
    case 'lid':
      return `lid:${value}`;
    case 'bsuid':
      return `bsuid:${scope}:${value}`;
  }
}

/** How it is written where a number or another identity may stand: what `phone_line` makes its line of. */
export function addressOf(identity: Identity): string {
  return identity.written ?? lineOfIdentity(identity);
}

/** Of an address; undefined for what is none, such as that of an erased person. */
export function identityOf(address: string): Identity | undefined {
  if (address.startsWith('+')) return { kind: 'phone', scope: '', value: lineOf(address), written: address };
  if (address.startsWith('lid:')) return { kind: 'lid', scope: '', value: address.slice(4) };
  const scoped = /^bsuid:([^:]*):(.+)$/.exec(address);
  return scoped ? { kind: 'bsuid', scope: scoped[1] ?? '', value: scoped[2] ?? '' } : undefined;
}

/** What WhatsApp calls the person, of a line or address: a number, a LID in digits, an id such as BR.1a2b3c. */
export function valueOf(address: string): string {
  return phoneOf(address) ?? identityOf(address)?.value ?? address;
}

/** The number of an address; null for another identity. */
export function phoneOf(address: string): string | null {
  return address.startsWith('+') ? address : null;
}

/** Whom a transport is to write to, by these addresses of one person; of several of a kind the first. */
export function peerOf(addresses: readonly string[]): Peer {
  const peer: Peer = {};
  for (const address of addresses) {
    const phone = phoneOf(address);
    const identity = phone === null ? identityOf(address) : undefined;
    if (phone !== null) peer.phone ??= phone;
    else if (identity?.kind === 'lid') peer.lid ??= identity.value;
    else if (identity?.kind === 'bsuid') peer.businessScopedId ??= identity.value;
  }
  return peer;
}
