import type { FastifyRequest } from 'fastify';
import ipaddr from 'ipaddr.js';
import type { Evidence } from '../ledger/ledger-types.js';

/** With zeros in place of what is left out: a call names the network by it. */
function networkOf(address: string): string | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  const parsed = ipaddr.process(address);
  const network = parsed.kind() === 'ipv4' ? ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/24`) : ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/48`);
  return network.toString();
}

/** As much of a browser's name as the ledger keeps, in characters that a header can carry. */
const AGENT_CHARS = 512;
const nameOf = (agent: string | undefined): string | undefined => agent?.slice(0, AGENT_CHARS).replace(/[^\x20-\x7e]/g, '?');

/** From where a visitor decides: his network (/24 of IPv4, /48 of IPv6), never his address, and his browser. */
export const evidenceOf = ({ ip, headers }: FastifyRequest): Evidence => ({ network: networkOf(ip), userAgent: nameOf(headers['user-agent']) });
