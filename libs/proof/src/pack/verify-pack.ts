import type { LedgerEvent } from '#contracts';
import { parseVerifiers } from '../signed-note.js';
import { checkChains } from './check-chain.js';
import { checkCheckpoints, type TrustedKeys } from './check-checkpoints.js';
import { checkKeyChanges } from './check-key-changes.js';
import { checkEvidence } from './check-evidence.js';
import { checkInclusion } from './check-inclusion.js';
import { checkKnown } from './check-known.js';
import { checkManifest } from './check-manifest.js';
import { checkParts } from './check-parts.js';
import { checkSigners } from './check-signers.js';
import { checkTexts } from './check-texts.js';
import { checkTimes } from './check-times.js';
import type { KnownEvents } from './known-events.js';
import { STATEMENT, type PackFiles } from './layout.js';
import { need, textOf } from './read-file.js';
import { Findings, type Finding, type Primitives } from './report.js';
import { openStatement, type Statement } from './statement.js';

/** What the verifier trusts and knows: never taken from the pack. */
export interface Trust {
  /** The log's verifier keys, one a line: what any of them signed is trusted. */
  key: string;
  /** The operator's cosignature keys, one a line: without one nothing is said about times. */
  cosigner?: string;
  /** Whether to trust a key, too, to which a chain of signed changes leads from one of these. */
  followKeyChanges?: boolean;
  /** Signed checkpoints that were kept from earlier. */
  checkpoints?: string[];
  known?: KnownEvents[];
}

export interface PackReport {
  holds: boolean;
  findings: Finding[];
  /** What the log's key signed; undefined where it did not. */
  statement?: Statement;
  /** The events that were read, with their place in the log where that is shown. To be believed only where everything holds. */
  events: { event: LedgerEvent; index?: number }[];
}

function keysOf(found: Findings, files: PackFiles, { key, cosigner, checkpoints = [], followKeyChanges = false }: Trust, primitives: Primitives): TrustedKeys {
  const given = { log: parseVerifiers(primitives.sha256, key), cosigner: cosigner ? parseVerifiers(primitives.sha256, cosigner) : [] };
  const ledger = given.log[0]?.name ?? '';
  return { ...checkKeyChanges(found, files, primitives, { ledger, given, follow: followKeyChanges }), kept: checkpoints };
}

/**
 * Verifies an evidence pack with nothing but the log's public keys: what its files are, who signed what, that each chain is
 * whole, stands in the signed log and shows the texts and evidence that its events name. Pure; whatever the files hold, it
 * throws for keys that cannot be read only. That a person has no chain beside those in the statement it cannot know.
 */
export function verifyPack(files: PackFiles, trust: Trust, primitives: Primitives): PackReport {
  const found = new Findings();
  const keys = keysOf(found, files, trust, primitives);
  const statement = found.check(STATEMENT, () => openStatement(textOf(need(files, STATEMENT)), keys.log.trusted, primitives.check), ({ size, chains }) => {
    const whom = chains.map(({ person, events }) => `the ${events === 1 ? 'one event' : `${events} events`} of ${person}`).join(', ');
    return `the log’s key has signed: in a log of ${size} events, there are no others than ${whom}`;
  });
  if (statement) checkSigners(found, files, keys.log, primitives);
  checkManifest(found, files, primitives, statement);
  const shown = checkCheckpoints(found, files, primitives, keys, statement);
  const { trees } = shown;
  if (!statement) return { holds: false, findings: found.all, events: [] };
  const chains = checkChains(found, files, primitives, statement);
  checkParts(found, chains);
  const events = [...chains.values()].flat();
  const newest = trees.at(-1);
  const places = newest ? checkInclusion(found, files, primitives, chains, newest) : new Map();
  checkTexts(found, files, primitives, events);
  checkEvidence(found, files, primitives, events);
  checkTimes(found, trees, places);
  checkKnown({ found, primitives, log: keys.log, statement, chains, shown }, trust.known ?? []);
  return { holds: found.failed === 0, findings: found.all, statement, events: events.map((one) => ({ event: one.event, index: places.get(one) })) };
}
