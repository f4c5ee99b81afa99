import { stringify } from 'csv-stringify/sync';
import type { Leaf } from '#outbox';
import type { ConsentRow } from './export-consents.js';
import type { FoundGrant } from './search-grants.js';

export type Format = 'ndjson' | 'csv';
type Cell = string | number | boolean | undefined;

/** The columns of a table, and how a row fills them. */
interface Columns<T> {
  names: readonly string[];
  cells(row: T): Cell[];
}

const list = (items: string[] | undefined): string | undefined => items?.join(' ');

export const CONSENT_COLUMNS: Columns<ConsentRow> = {
  names: ['person', 'kind', 'purpose', 'status', 'allowed', 'basis', 'channels', 'partners', 'since', 'validUntil', 'version', 'recordedAt', 'notice.id', 'notice.version', 'notice.locale'],
  cells: (row) => [
    row.person, row.kind, row.purpose, row.status, row.allowed, row.basis, list(row.channels), list(row.partners),
    row.since, row.validUntil, row.version, row.recordedAt, row.notice?.id, row.notice?.version, row.notice?.locale,
  ],
};

const KINDS = ['email', 'phone', 'customer', 'portal'] as const;

/** Several identifiers of a kind, each on a line of its own: none holds a line feed, and any may hold a space. */
const linesOf = (row: ConsentRow, kind: string): string | undefined => row.identifiers?.filter((one) => one.kind === kind).map((one) => one.value).join('\n');

/** The same, with a column for each kind of identifier. */
export const CONTACT_COLUMNS: Columns<ConsentRow> = {
  names: [...CONSENT_COLUMNS.names, ...KINDS],
  cells: (row) => [...CONSENT_COLUMNS.cells(row), ...KINDS.map((kind) => linesOf(row, kind))],
};

export const EVENT_COLUMNS: Columns<Leaf> = {
  names: [
    'index', 'hash', 'event', 'type', 'person', 'kind', 'seq', 'purpose', 'version', 'occurredAt', 'recordedAt', 'decision', 'reason', 'status', 'allowed',
    'channels', 'partners', 'validUntil', 'actor.kind', 'actor.id', 'notice.id', 'notice.version', 'notice.locale', 'request',
  ],
  cells: ({ index, hash, event }) => {
    const { after = {}, actor, notice } = event;
    return [
      index, hash, event.event, event.type, event.person, event.kind, event.seq, event.purpose, event.version, event.occurredAt, event.recordedAt, event.decision, event.reason,
      after.status, after.allowed, list(after.channels), list(after.partners), after.validUntil, actor.kind, actor.id, notice?.id, notice?.version, notice?.locale, event.request,
    ];
  },
};

export const GRANT_COLUMNS: Columns<FoundGrant> = {
  names: [
    'person', 'kind', 'purpose', 'version', 'event', 'grantedAt', 'recordedAt', 'notice.id', 'notice.version', 'notice.locale',
    'capture.context', 'capture.method', 'capture.point', 'valid', 'validUntil', 'endedAt', 'endedBy',
  ],
  cells: ({ person, kind, purpose, version, event, grantedAt, recordedAt, notice, capture, valid, validUntil, endedAt, endedBy }) => [
    person, kind, purpose, version, event, grantedAt, recordedAt, notice.id, notice.version, notice.locale,
    capture.context, capture.method, capture.point, valid, validUntil, endedAt, endedBy,
  ],
};

const cast = { boolean: (value: boolean): string => String(value) };

/**
 * Rows as text, page by page. CSV (RFC 4180) names its columns first; a cell that a spreadsheet would take for a formula
 * (it begins with = + - @, tab or carriage return) gets a `'` before it, which `samtycke import` takes off again. NDJSON
 * is one object a line, nothing escaped.
 */
export async function* writeRows<T>(pages: AsyncIterable<T[]>, format: Format, columns: Columns<T>, delimiter = ','): AsyncGenerator<string> {
  if (format === 'csv') yield stringify([[...columns.names]], { delimiter });
  for await (const page of pages) {
    if (format === 'csv') yield stringify(page.map((row) => columns.cells(row)), { delimiter, escape_formulas: true, cast });
    else yield page.map((row) => `${JSON.stringify(row)}\n`).join('');
  }
}
