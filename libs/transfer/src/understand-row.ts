import { isProtective } from '#consent';
import { IDENTIFIER_KINDS, isShared, normalise, type Identifier, type IdentifierKind } from '#vault';
import { claimedTime } from './claimed-time.js';
import { EMPTY_LIST, ID, IMPORTED_DECISIONS, LOCALE, VERSION, type Field, type Fields, type ImportedDecision } from './fields.js';

/** A row that was not taken: a stable code, and why in words that name no person. */
export class RowRefused extends Error {
  constructor(
    readonly code: string,
    reason: string,
  ) {
    super(reason);
  }
}

/** What a row says, checked and normalised; whether it may be, the ledger decides. */
export interface ImportRow {
  identifiers: Identifier[];
  purpose: string;
  decision: ImportedDecision;
  occurredAt: string;
  /** Empty where the row says that there are none; absent where it says nothing. */
  channels?: string[];
  partners?: string[];
  notice?: { id: string; version: string; locale: string };
  capture: { context?: string; method?: string; point?: string };
  evidence: Record<string, string>;
}

const LONGEST: Partial<Record<Field, number>> = { 'capture.url': 2048, 'evidence.text': 4096, 'evidence.user-agent': 512 };
const MAX_LIST = 64;

function timeOf(text: string | undefined, offset: string | undefined): string {
  if (text === undefined) throw new RowRefused('occurred_at_missing', 'the row does not say when the person decided');
  const claimed = claimedTime(text, offset);
  if ('wrong' in claimed) throw new RowRefused('occurred_at_unreadable', claimed.wrong);
  return claimed.time;
}

/** A "no" by a number with an extension is that of whoever has the number: it is taken. */
function identifierOf(kind: IdentifierKind, value: string, decision: ImportedDecision): Identifier {
  const identifier = normalise(kind, value);
  if (!identifier) throw new RowRefused('invalid_identifier', kind === 'phone' ? 'the phone number cannot be read; it needs its country code' : `the field ${kind} cannot be read`);
  if (!isProtective(decision) && isShared(kind, value)) throw new RowRefused('invalid_identifier', 'behind a phone number with an extension are several people: a yes is not taken by it');
  return identifier;
}

/** Several of a kind stand each on a line of its own, as an export writes them; each counts once. */
function identifiersOf(fields: Fields, decision: ImportedDecision): Identifier[] {
  const identifiers = new Map<string, Identifier>();
  for (const kind of IDENTIFIER_KINDS) {
    for (const value of fields[kind]?.split(/[\r\n]+/) ?? []) {
      const identifier = identifierOf(kind, value, decision);
      identifiers.set(`${kind} ${identifier.value}`, identifier);
    }
  }
  if (identifiers.size === 0) throw new RowRefused('subject_missing', 'the row names nobody: it needs email, phone, customer or portal');
  return [...identifiers.values()];
}

function decisionOf(text: string | undefined): ImportedDecision {
  if (text === undefined) throw new RowRefused('decision_missing', 'the row does not say what was decided');
  const decision = IMPORTED_DECISIONS.find((one) => one === text.toLowerCase());
  if (!decision) throw new RowRefused('decision_unknown', `the decision is none of ${IMPORTED_DECISIONS.join(', ')}`);
  return decision;
}

function coded(fields: Fields, field: Field, form: RegExp): string | undefined {
  const value = fields[field];
  if (value !== undefined && !form.test(value)) throw new RowRefused('value_invalid', `the field ${field} has not the form that it must have`);
  return value;
}

function listOf(fields: Fields, field: 'channels' | 'partners'): string[] | undefined {
  const said = fields[field];
  if (said === undefined) return undefined;
  const items = said === EMPTY_LIST ? [] : said.split(/[\s,;|]+/).filter((item) => item !== '');
  if (items.length > MAX_LIST || !items.every((item) => ID.test(item))) throw new RowRefused('value_invalid', `the field ${field} is not a list of ids`);
  return items;
}

function noticeOf(fields: Fields): ImportRow['notice'] {
  const id = coded(fields, 'notice.id', ID);
  const version = coded(fields, 'notice.version', VERSION);
  const locale = coded(fields, 'notice.locale', LOCALE);
  return id === undefined || version === undefined || locale === undefined ? undefined : { id, version, locale };
}

function evidenceOf(fields: Fields): Record<string, string> {
  const evidence: Record<string, string> = {};
  for (const [field, kind] of [['capture.url', 'url'], ['evidence.text', 'text'], ['evidence.user-agent', 'user-agent']] as const) {
    const value = fields[field];
    if (value === undefined) continue;
    if (value.length > (LONGEST[field] ?? 0) || !value.isWellFormed()) throw new RowRefused('value_invalid', `the field ${field} is too long`);
    evidence[kind] = value;
  }
  return evidence;
}

/** Reads the fields of one row. Throws RowRefused with the first thing that is wrong. Pure. */
export function understandRow(fields: Fields, { offset }: { offset?: string } = {}): ImportRow {
  const decision = decisionOf(fields.decision);
  const purpose = coded(fields, 'purpose', ID);
  if (purpose === undefined) throw new RowRefused('purpose_missing', 'the row names no purpose');
  const capture = { context: coded(fields, 'capture.context', ID), method: coded(fields, 'capture.method', ID), point: coded(fields, 'capture.point', ID) };
  const lists = { channels: listOf(fields, 'channels'), partners: listOf(fields, 'partners') };
  const occurredAt = timeOf(fields.occurredAt, offset);
  return { identifiers: identifiersOf(fields, decision), purpose, decision, occurredAt, ...lists, notice: noticeOf(fields), capture, evidence: evidenceOf(fields) };
}
