import { isProtective, type PersonState } from '#consent';
import type { Actor } from '#contracts';
import { noticeKey, type CatalogueInForce, type Change, type DefinedPurpose, type KnownNotice } from '#ledger';
import { canonicalText } from '#proof';
import { RowRefused, type ImportRow } from './understand-row.js';

/** What all rows of an import share: the catalogue in force, and the system whose records they are. */
export interface Importing {
  catalogue: CatalogueInForce;
  actor: Actor;
}

export type RowChange = Omit<Change, 'request' | 'people' | 'device'>;

function purposeOf(row: ImportRow, { purposes }: CatalogueInForce): DefinedPurpose {
  const purpose = purposes.get(row.purpose);
  if (!purpose) throw new RowRefused('purpose_unknown', 'the catalogue has no such purpose');
  return purpose;
}

/** A grant says how it was taken: without any trace of that, nobody could show it (GDPR 7(1), EDPB 05/2020, 108). */
function demandTrace({ capture, evidence }: ImportRow): void {
  const traces = [capture.context, capture.method, capture.point, ...Object.values(evidence)];
  if (traces.every((one) => one === undefined)) throw new RowRefused('evidence_missing', 'a grant must say where or how it was taken: capture.context, method, point or url, or evidence.text');
}

function captureOf(row: ImportRow, { contexts }: CatalogueInForce): RowChange['capture'] {
  const { context } = row.capture;
  const known = context === undefined || contexts.has(context);
  if (!known && !isProtective(row.decision)) throw new RowRefused('context_unknown', 'the catalogue has no such collection context');
  return { ...row.capture, context: known ? context : undefined };
}

/** Who grants no channel gives nothing, and must not be understood to give all; a "no" to an empty list is one to all. */
function channelsOf({ decision, channels }: ImportRow, purpose: DefinedPurpose): string[] | undefined {
  if (channels?.length !== 0) return channels;
  if (purpose.channels && !isProtective(decision)) throw new RowRefused('channel_unknown', 'the row grants an empty list of channels: name them, or leave the field out for all');
  return undefined;
}

const namedIn = (list: string[] | undefined): string[] | undefined => (list?.length === 0 ? undefined : list);

/** On a "no" an unknown notice or context is left out of the event, and kept as evidence. */
function evidenceOf(row: ImportRow, notice: KnownNotice | undefined, capture: RowChange['capture']): Record<string, string> {
  const strange = {
    ...(row.notice && !notice && { notice: row.notice }),
    ...(row.capture.context !== capture?.context && { context: row.capture.context }),
  };
  if (Object.keys(strange).length === 0) return row.evidence;
  const { text } = row.evidence;
  return { ...row.evidence, text: canonicalText({ ...strange, ...(text !== undefined && { text }) }) };
}

/** Who was erased is not written to again; a suppression stands above any grant of old (rules 9, 10, 17). */
function standsAgainst(standing: PersonState, protects: boolean): string | undefined {
  if (standing.erased) return 'person_erased';
  return standing.suppressed && !protects ? 'person_suppressed' : undefined;
}

/** The change that a row asks of the ledger; its holders and its request are found elsewhere. Throws RowRefused. */
export function changeOfRow(row: ImportRow, { catalogue, actor }: Importing): RowChange {
  const purpose = purposeOf(row, catalogue);
  const protects = isProtective(row.decision);
  if (!protects) demandTrace(row);
  const notice = row.notice && catalogue.notices.get(noticeKey(row.notice.id, row.notice.version, row.notice.locale));
  const capture = captureOf(row, catalogue);
  const { decision, occurredAt } = row;
  const [channels, partners] = [channelsOf(row, purpose), namedIn(row.partners)];
  return {
    wishes: [{ purpose, decision, channels, partners }],
    actor,
    notice,
    capture,
    evidence: evidenceOf(row, notice, capture),
    occurredAt,
    reason: 'import',
    standsAgainst: (standing) => standsAgainst(standing, protects),
  };
}
