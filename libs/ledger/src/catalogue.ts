import type { Pool } from 'pg';
import { LEDGER_PERSON, LEDGER_PURPOSE, type LedgerEvent, type ShownNotice } from '#contracts';
import { supersededFrom, type Publication, type PurposeRule } from '#consent';
import { isTextOf, isNoticeWhole, isPurposeWhole } from './kept-texts.js';

/** A purpose in force, with the hash of its meaning. */
export interface DefinedPurpose extends PurposeRule {
  definition: string;
}

export interface KnownNotice extends ShownNotice {
  title: string;
  body: string;
  /** Purposes that the text names: only they can be consented to under it. */
  purposes: Set<string>;
  basedOn: unknown;
  /** Nobody can consent under it any more: the catalogue has archived it. */
  archived?: true;
  /** From when on nobody can, since a material change takes its place. */
  endsAt?: string;
}

/** What the ledger holds of the catalogue: the purposes in force, and every notice that was ever named. */
export interface CatalogueInForce {
  sha256: string;
  purposes: Map<string, DefinedPurpose>;
  notices: Map<string, KnownNotice>;
  /** Every version that was published, in order. */
  publications: Publication[];
  contexts: Set<string>;
  /** The whole document, with texts; its shape is the catalogue's own. */
  document: unknown;
  /** Notices and purposes that are not what was hashed, by name: nobody can consent under them. */
  damaged: string[];
}

export const noticeKey = (id: string, version: string, locale: string): string => `${id}\n${version}\n${locale}`;

interface NoticeDocument {
  title: string;
  body: string;
  purposes: { id: string }[];
}

interface NoticeRow extends ShownNotice {
  document: string;
  based_on: string;
}

function knownNotice(row: NoticeRow): KnownNotice {
  const document = JSON.parse(row.document) as NoticeDocument;
  const { id, version, locale, sha256 } = row;
  const purposes = new Set(document.purposes.map((purpose) => purpose.id));
  return { id, version, locale, sha256, title: document.title, body: document.body, purposes, basedOn: JSON.parse(row.based_on) };
}

/** The ledger's own stream says which versions were published, in which order, and what each changes. */
const READ_PUBLICATIONS = `
SELECT bytes FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND type = 'notice-published' ORDER BY version`;

/** Every version of every notice that was published, in order; one that two loads published at once counts by its first event. */
export async function readPublications(pool: Pool, ledger: number): Promise<Publication[]> {
  const { rows } = await pool.query<{ bytes: Buffer }>(READ_PUBLICATIONS, [ledger, LEDGER_PERSON, LEDGER_PURPOSE]);
  const all = rows.map(({ bytes }): Publication => {
    const { event, fact, recordedAt } = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
    return { ...(fact as Pick<Publication, 'id' | 'version' | 'change' | 'from'>), event, publishedAt: recordedAt };
  });
  const first = new Map<string, Publication>();
  for (const one of all) if (!first.has(`${one.id}\n${one.version}`)) first.set(`${one.id}\n${one.version}`, one);
  return [...first.values()];
}

/** Whether a consent can be given under this notice at `now`; one that was shown stays readable for ever. */
export const isInUse = ({ archived, endsAt }: Pick<KnownNotice, 'archived' | 'endsAt'>, now: string): boolean =>
  !archived && (endsAt === undefined || endsAt > now);

interface Body {
  contexts: { id: string }[];
  definitions: DefinedPurpose[];
  partners?: { id: string }[];
  archivedNotices?: { id: string; version: string }[];
}

const READ_MARK = `
SELECT (SELECT max(number) FROM catalogues WHERE ledger = $1) || ' ' || (SELECT seq FROM persons WHERE ledger = $1 AND person = $2) AS mark`;

/** Changes whenever a catalogue is loaded: what was read before and has the same mark is still in force. */
export async function catalogueMark(pool: Pool, ledger: number): Promise<string> {
  const { rows } = await pool.query<{ mark: string | null }>({ name: 'catalogue-mark', text: READ_MARK, values: [ledger, LEDGER_PERSON] });
  return rows[0]?.mark ?? '';
}

/** A purpose that is shared knows the partners that the catalogue lists; where it lists none, it leaves them to those who ask. */
function withPartners(purpose: DefinedPurpose, partners: string[]): DefinedPurpose {
  return purpose.partners && partners.length > 0 ? { ...purpose, knownPartners: partners } : purpose;
}

const purposesIn = ({ definitions, partners = [] }: Body): Map<string, DefinedPurpose> =>
  new Map(definitions.map((purpose) => [purpose.id, withPartners(purpose, partners.map(({ id }) => id))]));

/** The last that the ledger recorded by a time; of a time before the first, that first one. */
const READ_BODY_AT = `
SELECT c.body FROM (
  SELECT version, recorded_at <= $4 AS known, convert_from(bytes, 'UTF8')::json->'fact'->>'sha256' AS sha256
  FROM events WHERE ledger = $1 AND person = $2 AND purpose = $3 AND type = 'catalogue-changed') e
CROSS JOIN LATERAL (SELECT body FROM catalogues WHERE ledger = $1 AND sha256 = e.sha256 LIMIT 1) c
ORDER BY e.known DESC, CASE WHEN e.known THEN -e.version ELSE e.version END LIMIT 1`;

/** The catalogue that was in force at `knownAt`, in the ledger's own form of a time; its shape is the catalogue's own. Undefined before one was loaded. */
export async function readDocumentAt(pool: Pool, ledger: number, knownAt: string): Promise<unknown> {
  const { rows } = await pool.query<{ body: string }>(READ_BODY_AT, [ledger, LEDGER_PERSON, LEDGER_PURPOSE, knownAt]);
  return rows[0] && JSON.parse(rows[0].body);
}

/** The purposes of the catalogue that was in force at `knownAt`. */
export async function readPurposesAt(pool: Pool, ledger: number, knownAt: string): Promise<Map<string, DefinedPurpose>> {
  const body = await readDocumentAt(pool, ledger, knownAt);
  return body === undefined ? new Map() : purposesIn(body as Body);
}

const READ_DEFINITION = 'SELECT body FROM purposes WHERE ledger = $1 AND definition = $2';

/** What its definition names, where that is kept; nothing new is given to it, and a "no" is taken as ever. */
async function keptMeaning(pool: Pool, ledger: number, damaged: DefinedPurpose): Promise<DefinedPurpose> {
  const { id, definition } = damaged;
  const { rows } = await pool.query<{ body: string }>(READ_DEFINITION, [ledger, definition]);
  const kept = rows.filter(({ body }) => isTextOf(definition, body)).map(({ body }) => JSON.parse(body) as PurposeRule)[0];
  return { ...damaged, ...kept, id, definition, state: 'archived' };
}

/** Reads the catalogue in force, without the notices that are not what was hashed; undefined before one was loaded. */
export async function readCatalogue(pool: Pool, ledger: number): Promise<CatalogueInForce | undefined> {
  const newest = 'SELECT sha256, body FROM catalogues WHERE ledger = $1 ORDER BY number DESC LIMIT 1';
  const found = await pool.query<{ sha256: string; body: string }>(newest, [ledger]);
  const row = found.rows[0];
  if (!row) return undefined;
  const notices = await pool.query<NoticeRow>('SELECT id, version, locale, sha256, document, based_on FROM notices WHERE ledger = $1', [ledger]);
  const body = JSON.parse(row.body) as Body;
  const publications = await readPublications(pool, ledger);
  const lost = body.definitions.filter((one) => !isPurposeWhole(one));
  const meanings = new Map(await Promise.all(lost.map(async (one) => [one.id, await keptMeaning(pool, ledger, one)] as const)));
  const [whole, changed] = [notices.rows.filter(isNoticeWhole), notices.rows.filter((one) => !isNoticeWhole(one))];
  const known = whole.map((one): KnownNotice => {
    const archived = body.archivedNotices?.some(({ id, version }) => id === one.id && version === one.version);
    return { ...knownNotice(one), ...(archived && { archived }), endsAt: supersededFrom(publications, one) };
  });
  return {
    sha256: row.sha256,
    purposes: purposesIn({ ...body, definitions: body.definitions.map((one) => meanings.get(one.id) ?? one) }),
    notices: new Map(known.map((one) => [noticeKey(one.id, one.version, one.locale), one])),
    publications,
    contexts: new Set(body.contexts.map((context) => context.id)),
    document: body,
    damaged: [...changed.map(({ id, version, locale }) => `notice ${id} ${version} (${locale})`), ...lost.map(({ id }) => `purpose ${id}`)],
  };
}
