import type { FastifyRequest } from 'fastify';
import { networkOf } from '#networks';
import type { Evidence } from '../ledger/ledger-types.js';

/** As much of a browser's name as the ledger keeps, in characters that a header can carry. */
const AGENT_CHARS = 512;
const nameOf = (agent: string | undefined): string | undefined => agent?.slice(0, AGENT_CHARS).replace(/[^\x20-\x7e]/g, '?');

/** From where a visitor decides: his network (/24 of IPv4, /48 of IPv6), never his address, and his browser. */
export const evidenceOf = ({ ip, headers }: FastifyRequest): Evidence => ({ network: networkOf(ip), userAgent: nameOf(headers['user-agent']) });
