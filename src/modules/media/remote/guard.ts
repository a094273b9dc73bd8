import { lookup } from 'node:dns/promises';
import { isIP, type LookupFunction } from 'node:net';

/** Finds all addresses of a host. */
export type FindAddresses = (host: string) => Promise<string[]>;

export type GuardedTarget = { ok: true; addresses: string[] } | { ok: false; reason: string };

export const findAddresses: FindAddresses = async (host) =>
  (await lookup(host, { all: true })).map(({ address }) => address);

/** Parses a URL to be fetched. The reason of a failure is shown to the caller. */
export function parseUrl(text: string): { ok: true; url: URL } | { ok: false; reason: string } {
  if (!URL.canParse(text))
    return { ok: false, reason: 'it must be a URL such as https://example.com/sale.png' };
  const url = new URL(text);
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return { ok: false, reason: 'the URL must begin with https:// or http://' };
  }
  if (url.username !== '' || url.password !== '') {
    return { ok: false, reason: 'the URL must not hold a user name or a password' };
  }
  return { ok: true, url };
}

/**
 * The addresses a URL may be fetched from. One that must not be reached refuses the host, whatever else it has: which
 * of them is used is not in our hand. The reason does not repeat addresses, which may be those of an inner network.
 */
export async function guardTarget(
  url: URL,
  mayConnect: (address: string) => boolean,
  find: FindAddresses,
): Promise<GuardedTarget> {
  const host = url.hostname.replace(/^\[|\]$/g, '');
  let addresses: string[];
  try {
    addresses = isIP(host) ? [host] : await find(host);
  } catch {
    return { ok: false, reason: `the host ${host} is not known` };
  }
  if (addresses.length === 0) return { ok: false, reason: `the host ${host} is not known` };
  if (addresses.every(mayConnect)) return { ok: true, addresses };
  return {
    ok: false,
    reason: `the host ${host} is not on the public Internet; upload the file with POST /api/media instead`,
  };
}

/** Connects to the addresses that were checked, however the name resolves by then. */
export function pinnedTo(addresses: readonly string[]): LookupFunction {
  const entries = addresses.map((address) => ({ address, family: isIP(address) }));
  return (_host, options, callback) => {
    const [first] = entries;
    if (options.all) callback(null, entries);
    else callback(null, first?.address ?? '', first?.family);
  };
}
