import type { LedgerEvent } from '#contracts';
import { fromBase64 } from '../base64.js';
import type { EventProof } from '../event-proof.js';
import { leafHash } from '../hash.js';
import { sameBytes, verifyInclusion } from '../merkle-verify.js';
import type { PackedEvent } from './check-chain.js';
import { checkKept, OF_KNOWN, openKept, type PackTrees, type SignedTree } from './check-checkpoints.js';
import type { RoleKeys } from './check-key-changes.js';
import type { KnownEvents } from './known-events.js';
import { textOf } from './read-file.js';
import type { Findings, Primitives } from './report.js';
import type { Statement } from './statement.js';

interface Checked {
  found: Findings;
  primitives: Primitives;
  log: RoleKeys;
  statement: Statement;
  chains: Map<string, PackedEvent[]>;
  shown: PackTrees;
}

/** Gives whom the event is about where he has no chain in this pack: then it says nothing about it. */
function checkOne({ found, statement, chains }: Checked, { index }: EventProof, bytes: Uint8Array): string | undefined {
  const event = JSON.parse(textOf(bytes)) as LedgerEvent;
  const chain = chains.get(event.person);
  if (!chain) return event.person;
  if (index >= statement.size) return;
  if (chain.some((one) => sameBytes(one.bytes, bytes))) return;
  const { person, purpose, version, seq } = event;
  found.fails(`an event that you know of stands in the log at index ${index} and was left out: the signed statement is false`, { person, purpose, version, seq });
}

/** Of events that stand in a tree, what they say of the pack. */
function checkAll(checked: Checked, events: EventProof[], { size, root }: SignedTree): void {
  const { found, primitives, statement } = checked;
  const others = new Set<string>();
  for (const proof of events) {
    const bytes = fromBase64(proof.entry);
    const hashes = proof.hashes.map(fromBase64) as Uint8Array[];
    const stands = bytes && verifyInclusion(primitives.sha256, { index: proof.index, size, leaf: leafHash(primitives.sha256, bytes), proof: hashes, root });
    if (!stands) throw new RangeError(`nothing shows that the one at index ${proof.index} stands in the log`);
    const other = checkOne(checked, proof, bytes);
    if (other !== undefined) others.add(other);
  }
  const beyond = events.filter(({ index }) => index >= statement.size).length;
  if (beyond > 0) found.open(`${beyond} of the events that you know of stand in the log behind the first ${statement.size}, of which this pack speaks: ask for a newer pack`);
  if (others.size > 0) found.open(`events that you know of are about ${[...others].join(', ')}, of whom nothing stands in this pack`);
}

/**
 * Events known from elsewhere that stand in the same log stand in the pack, or its statement is false; and the log that they stand in is the pack's.
 * Where only a former key signed their checkpoint, they are looked at once it is shown to be a beginning of the pack's.
 */
export function checkKnown(checked: Checked, known: KnownEvents[]): void {
  const { found, primitives, log, shown } = checked;
  for (const { checkpoint, events } of known) {
    found.check('the events that you know of', () => {
      const tree = openKept(found, checkpoint, log, primitives, OF_KNOWN);
      const beginning = checkKept(found, tree, shown, primitives, OF_KNOWN);
      const looked = !tree.former || beginning === true;
      if (looked) checkAll(checked, events, tree);
      else found.open(`the ${events.length} events that you know of were not looked at: give the older key, too`);
      return looked;
    }, (looked) => (looked ? `the ${events.length} events that you know of from elsewhere do not contradict the pack` : undefined));
  }
}
