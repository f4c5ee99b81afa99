import { LRUCache } from 'lru-cache';
import type { FastifyRequest } from 'fastify';
import { rangeOf } from '#networks';

const networks = new LRUCache<string, string>({ max: 10_000 });

/** The network an address lies in, as a range; remembered, since every call asks. The address itself is never kept. */
export function networkOf(address: string): string | undefined {
  const known = networks.get(address);
  if (known !== undefined) return known;
  const network = rangeOf(address);
  if (network !== undefined) networks.set(address, network);
  return network;
}

const MAX_USER_AGENT = 512;

/**
 * What a call leaves as evidence of where it came from, and whether its browser sent the Global Privacy Control signal (header
 * `Sec-GPC`, exactly 1): who grants something all the same does it explicitly, and that is recorded with the grant.
 */
export function sourceEvidence(request: FastifyRequest): Record<string, string> {
  const evidence: Record<string, string> = {};
  const network = networkOf(request.ip);
  if (network !== undefined) evidence.ip = network;
  const agent = request.headers['user-agent'];
  if (agent) evidence['user-agent'] = agent.slice(0, MAX_USER_AGENT);
  if (request.headers['sec-gpc'] === '1') evidence.gpc = '1';
  return evidence;
}
