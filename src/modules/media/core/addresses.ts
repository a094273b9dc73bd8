import ipaddr from 'ipaddr.js';

/** The only IPv6 space that is given out for the Internet (RFC 4291, IANA); what is special in it has a range name. */
const GLOBAL_UNICAST = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Whether an address is one of the Internet: not this machine, not its networks, nothing reserved. IPv4 addresses
 * that are wrapped in IPv6 ones are judged as what they lead to, or not let through at all.
 */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.process(address);
  if (parsed.range() !== 'unicast') return false;
  return parsed instanceof ipaddr.IPv4 || parsed.match(GLOBAL_UNICAST);
}
