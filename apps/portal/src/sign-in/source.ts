import ipaddr from 'ipaddr.js';

/** Where a visit comes from, as far as it is counted: an IPv4 address, the /64 of an IPv6 one, which is one household. */
export function sourceOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  const parsed = ipaddr.process(address);
  return parsed.kind() === 'ipv4' ? parsed.toString() : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/64`).toString()}/64`;
}
