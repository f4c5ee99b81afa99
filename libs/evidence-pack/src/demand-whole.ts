import { Refusal } from '#ledger';
import { verifyInclusion } from '#proof';
import { sha256 } from '#vault';
import type { Proofs } from './prove-chains.js';
import type { Chain, ChainEvent, Chains } from './read-chains.js';

/** What is wrong with an event of a chain; undefined where it is what was hashed, in its place. */
function fault({ person }: Chain, { event, hash, leaf, seq }: ChainEvent, before: ChainEvent | undefined): string | undefined {
  if (hash !== leaf) return 'its bytes are not what was hashed';
  if (event.person !== person || event.seq !== seq || seq !== (before?.seq ?? 0) + 1) return 'it does not stand in its place';
  return event.prev === before?.hash ? undefined : 'it does not follow the event before it';
}

function refuse(person: string, { purpose, version }: ChainEvent['event'], what: string): never {
  throw new Refusal(500, 'chain_damaged', `person ${person}, purpose ${purpose}, version ${version}: ${what}. No pack is signed: \`samtycke verify --database\` says more`);
}

/** Refuses to go on with an event that is not what was hashed, or not what the signed log has at its index: nothing is signed that proves it. */
export function demandWhole({ chains, checkpoint: { size, root } }: Chains, { inclusion }: Proofs): void {
  for (const chain of chains) {
    const places = inclusion.get(chain.person)?.events ?? [];
    for (const [at, one] of chain.events.entries()) {
      const wrong = fault(chain, one, chain.events[at - 1]);
      if (wrong) refuse(chain.person, one.event, wrong);
      const proof = (places[at]?.hashes ?? []).map((hash) => Buffer.from(hash, 'base64'));
      if (!verifyInclusion(sha256, { index: one.index, size, leaf: Buffer.from(one.hash, 'hex'), proof, root })) refuse(chain.person, one.event, 'the signed log has another event at its index');
    }
  }
}
