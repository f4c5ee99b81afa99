import { readFileSync, statSync } from 'node:fs';
import { isReceipt, parseVerifiers, verifyReceipt } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { visibleLine } from '../visible.js';
import type { GivenKeys } from './check-signatures.js';
import { tellFindings } from './tell-findings.js';

type Node = Record<string, unknown>;

/** A receipt has one call's events; what is larger is an export. */
const MOST_BYTES = 8 * 2 ** 20;

/** The text of a receipt, as JSON or as its JWS alone; undefined where the file is none. */
export function receiptIn(path: string): string | undefined {
  if (statSync(path).size > MOST_BYTES) return undefined;
  const text = readFileSync(path, 'utf8');
  return isReceipt(text) ? text : undefined;
}

const node = (value: unknown): Node => (typeof value === 'object' && value !== null ? (value as Node) : {});
const list = (value: unknown): Node[] => (Array.isArray(value) ? value.map(node) : []);

function shownIn(value: unknown): string {
  const { '@id': id, 'dct:hasVersion': version, 'dct:language': locale } = node(value);
  return id === undefined ? '' : `, shown ${String(id).split('?')[0]?.split('/').at(-1)} ${String(version)} (${String(locale)})`;
}

/** What one record says, in two lines. */
function recordLines(record: Node): string[] {
  const status = node(record['dpv:hasConsentStatus']);
  const leaf = node(record['samtycke:leaf']);
  const decided = node(record['samtycke:recordedDecision']);
  const when = String(decided['samtycke:recordedAt'] ?? status['samtycke:recordedAt']).slice(0, 19).replace('T', ' ');
  const purpose = String(node(node(record['dpv:hasProcess'])['dpv:hasPurpose'])['@id']).split(':').at(-1);
  const noted = record['samtycke:recordedDecision'] === undefined ? '' : `; decided: ${String(decided['samtycke:decision'])}, which changed nothing`;
  return [
    `${when} UTC  ${purpose}: ${String(status['samtycke:type'])}, ${String(status['samtycke:status'])}${noted}${shownIn(record['dpv:hasNotice'])}`,
    `  event ${String(record['dct:identifier'])}, log index ${String(leaf['samtycke:logIndex'])}, leaf hash ${String(leaf['samtycke:leafHash'])}`,
  ];
}

/** Verifies a receipt and prints what holds and what does not; tells whether everything holds. */
export function verifyReceiptText(text: string, { key }: GivenKeys): boolean {
  const { holds, findings, document } = verifyReceipt(text, parseVerifiers(sha256, key), { sha256, check: checkEd25519 });
  const people = list(document?.['schema:recipient']).map((one) => String(one['@id']).split(':').at(-1));
  console.log(document ? `Receipt about ${people.map((one) => visibleLine(String(one))).join(', ')}\n` : 'This receipt is not shown to be genuine\n');
  tellFindings(findings);
  if (document) console.log(`\nSo it is shown that the log’s key has signed:\n${list(document['dpv:hasRecordOfActivity']).flatMap(recordLines).map(visibleLine).join('\n')}`);
  return holds;
}
