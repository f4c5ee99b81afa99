import { fromBase64, toBase64, toHex } from '../base64.js';
import { sameBytes } from '../merkle-verify.js';
import { isSignedBy, listOf, parseNote, signNote, type CheckSignature, type Note, type Sign, type Verifier, type Verifiers } from '../signed-note.js';
import { HASH_BYTES } from '../tiles.js';

/** One chain about which the statement speaks. */
export interface StatedChain {
  person: string;
  kind: string;
  /** Number of events: they are seq 1 to this. */
  events: number;
  /** Leaf hash (hex) of the last of them. */
  last: string;
}

/**
 * What the keeper of the log signs for a pack: these are all events of these people in the log of this size, and these files
 * are the pack. Any other event of theirs in that log proves it false.
 */
export interface Statement {
  ledger: string;
  /** UTC, six decimals, `Z`. */
  madeAt: string;
  size: number;
  root: Uint8Array;
  chains: StatedChain[];
  /** SHA-256 (hex) of the manifest's bytes. */
  manifest: string;
}

/** First line: no origin of a log has a space, so that no signature over a statement is one over a checkpoint. */
const TITLE = 'Samtycke statement 1';
const CLAIM = 'These are all events of these holders in the log of this size, from number 1 on without a gap. Any other event of theirs in that log proves this statement false.';

const HASH = /^[0-9a-f]{64}$/;
const COUNT = /^[1-9]\d{0,8}$/;
const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

export function statementText({ ledger, madeAt, size, root, chains, manifest }: Statement): string {
  const lines = chains.map(({ person, kind, events, last }) => `holder ${person} ${kind} events ${events} last ${last}`);
  return [TITLE, `ledger ${ledger}`, `made ${madeAt}`, `tree ${size} ${toBase64(root)}`, ...lines, `manifest ${manifest}`, CLAIM, ''].join('\n');
}

export const signStatement = (statement: Statement, log: Verifier, sign: Sign): string => signStatementBy(statement, [{ verifier: log, sign }]);

/** Signed by several keys: while both keys of a change sign, whoever has one of them can verify. */
export function signStatementBy(statement: Statement, signers: readonly { verifier: Verifier; sign: Sign }[]): string {
  const text = statementText(statement);
  return `${text}\n${signers.map(({ verifier, sign }) => signNote(text, verifier, sign)).join('')}`;
}

function chainOf(line: string): StatedChain {
  const [, person = '', kind = '', events = '', last = ''] = /^holder (\S+) (\S+) events (\S+) last (\S+)$/.exec(line) ?? [];
  if (!UUID.test(person) || !/^(person|device|ledger)$/.test(kind) || !COUNT.test(events) || !HASH.test(last)) throw new RangeError('the statement names no holder where it should');
  return { person, kind, events: Number(events), last };
}

/** What is read where the text is as long as it should be; whether it is one is seen by writing it again. */
function readLines(lines: string[]): Statement {
  const line = (at: number): string => lines.at(at) ?? '';
  const [, size = '', base64 = ''] = /^tree (\d{1,15}) (\S+)$/.exec(line(3)) ?? [];
  return {
    ledger: line(1).slice('ledger '.length),
    madeAt: line(2).slice('made '.length),
    size: Number(size),
    root: fromBase64(base64) ?? new Uint8Array(),
    chains: lines.slice(4, -3).map(chainOf),
    manifest: line(-3).slice('manifest '.length),
  };
}

/** Reads a statement's text; throws a RangeError for every text that `statementText` would not write. */
export function parseStatement(text: string): Statement {
  const statement = readLines(text.split('\n'));
  const people = new Set(statement.chains.map(({ person }) => person));
  const sound = statement.root.length === HASH_BYTES && HASH.test(statement.manifest) && people.size > 0 && people.size === statement.chains.length;
  if (!sound || statementText(statement) !== text) throw new RangeError('this is no statement of a pack');
  return statement;
}

/** That another key of the log's name claims to have signed, as it does where a pack was made before a change of the key or after it. */
function byAnother({ signatures }: Note, { ledger }: Statement, own: readonly Verifier[]): string {
  const other = signatures.find(({ name, id }) => name === ledger && !own.some((key) => sameBytes(key.id, id)));
  if (!other) return '';
  return `, but says to be by another key of that name, ${ledger}+${toHex(other.id)}. Where the log’s key was changed since the pack was made, or shortly before, that is its older or its newer key: give it, too, from a source that you trust`;
}

/** Reads a signed statement; throws a RangeError where it is malformed, of another log, or signed by none of the log's keys. */
export function openStatement(signed: string, log: Verifiers, check: CheckSignature): Statement {
  const note = parseNote(signed);
  const statement = parseStatement(note.text);
  const own = listOf(log).filter(({ name }) => name === statement.ledger);
  if (own.length === 0) throw new RangeError(`the statement is about ${statement.ledger}, not about ${listOf(log)[0]?.name}`);
  if (!isSignedBy(note, own, check)) throw new RangeError(`the statement is not signed by the key of ${statement.ledger} that you gave${byAnother(note, statement, own)}`);
  return statement;
}
