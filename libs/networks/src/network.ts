import ipaddr from 'ipaddr.js';

interface Network {
  /** With zeros in place of what is left out. */
  address: string;
  bits: number;
}

function cut(text: string): Network | undefined {
  if (!ipaddr.isValid(text)) return undefined;
  const parsed = ipaddr.process(text);
  const bits = parsed.kind() === 'ipv4' ? 24 : 48;
  const bytes = parsed.toByteArray().map((byte, at) => (at < bits / 8 ? byte : 0));
  return { address: ipaddr.fromByteArray(bytes).toString(), bits };
}

/** The network an address lies in (/24 of IPv4, /48 of IPv6), as an address of zeros in place of the rest; undefined where it is none. */
export const networkOf = (address: string): string | undefined => cut(address)?.address;

/** The same as a range: `192.0.2.0/24`. */
export function rangeOf(address: string): string | undefined {
  const network = cut(address);
  return network && `${network.address}/${network.bits}`;
}
