import ipaddr from 'ipaddr.js';

/** The only IPv6 space that is given out for the Internet (RFC 4291, IANA); what is special in it has a range name. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the Internet: not this machine, not its networks, nothing reserved. IPv4 addresses
 * that are wrapped in IPv6 ones are judged as what they lead to, or not let through at all. `own` are this machine's
 * addresses: a public one among them leads past the firewall to everything that listens here.
 */
export function isPublicAddress(address: string, own: readonly string[] = []): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  if (own.some((other) => ipaddr.isValid(other) && isSame(ipaddr.process(other), parsed))) return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}

function isSame(one: ipaddr.IPv4 | ipaddr.IPv6, other: ipaddr.IPv4 | ipaddr.IPv6): boolean {
  return one.toNormalizedString() === other.toNormalizedString();
}
