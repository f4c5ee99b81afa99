import type { Pool } from 'pg';
import { catalogueHash, noticeHash, type Catalogue, type Notice, type NoticeChange } from '#catalogue';
import { later, type Publication } from '#consent';
import { LEDGER_PERSON, LEDGER_PURPOSE } from '#contracts';
import { nowMicros, readPublications, timeText } from '#ledger';
import { CatalogueRefused, refuseLost, refuseOtherMeaning, type Before } from './refuse-lost.js';
import { renamedIn, type Names, type Renamed } from './renamed.js';

/** So long before it counts a material change is published at least: every program that answers knows it by then. */
export const LEAD_MS = 5_000;

/** A version of a notice that becomes known with a catalogue. */
export interface NewPublication {
  id: string;
  version: string;
  change: NoticeChange;
  /** From when a material change counts. */
  from: string;
  /** Versions that were published before it. */
  older: string[];
  /** Published already, by a load that did not come to its end: it has stood in no catalogue yet. */
  unfinished?: true;
}

/** What loading a catalogue would do. */
export interface CataloguePlan {
  sha256: string;
  /** False where this very catalogue is in force already. */
  changed: boolean;
  /** Texts that the ledger does not hold yet. */
  notices: Notice[];
  publications: NewPublication[];
  /** What has another name from then on. What was answered before keeps the names of its time. */
  renamed: Renamed[];
}

interface Known {
  id: string;
  version: string;
  locale: string;
  sha256: string;
}

const nameOf = ({ id, version, locale }: Omit<Known, 'sha256'>): string => `${id} ${version} (${locale})`;

/** The texts of a version that people consented to never change: a new text is a new version. */
async function newNotices(pool: Pool, ledger: number, catalogue: Catalogue): Promise<Notice[]> {
  const { rows } = await pool.query<Known>('SELECT id, version, locale, sha256 FROM notices WHERE ledger = $1', [ledger]);
  const known = new Map(rows.map((row) => [nameOf(row), row.sha256]));
  return catalogue.notices.filter(({ document, state }) => {
    const standing = known.get(nameOf(document));
    if (state === 'draft' && standing === undefined) return false;
    if (standing === undefined) return true;
    if (standing === noticeHash(document)) return false;
    throw new CatalogueRefused(`the notice ${nameOf(document)} was loaded with another text before: give the new text a new version`);
  });
}

/** What was published since the catalogue in force, and not with it. */
const UNFINISHED = `
SELECT event FROM events p LEFT JOIN (
  SELECT version, request FROM events
  WHERE ledger = $1 AND person = $2 AND purpose = $3 AND type = 'catalogue-changed' AND convert_from(bytes, 'UTF8')::json -> 'fact' ->> 'sha256' = $4
  ORDER BY version DESC LIMIT 1) c ON true
WHERE p.ledger = $1 AND p.person = $2 AND p.purpose = $3 AND p.type = 'notice-published' AND p.version > coalesce(c.version, 0) AND p.request IS DISTINCT FROM c.request`;

async function unfinishedPublications(pool: Pool, ledger: number, inForce: string | undefined, known: Publication[]): Promise<NewPublication[]> {
  const { rows } = await pool.query<{ event: string }>(UNFINISHED, [ledger, LEDGER_PERSON, LEDGER_PURPOSE, inForce]);
  const events = new Set(rows.map(({ event }) => event));
  return known.flatMap(({ id, version, change, from, event }, at): NewPublication[] => {
    const older = known.slice(0, at).filter((one) => one.id === id).map((one) => one.version);
    return events.has(event) ? [{ id, version, change, from, older, unfinished: true }] : [];
  });
}

/** Every published version says what it changes for those who consented before; only a first one has nobody to say it to. */
function newPublications(catalogue: Catalogue, publications: Publication[], earliest: string): NewPublication[] {
  const known = publications.map(({ id, version }) => ({ id, version }));
  const found: NewPublication[] = [];
  for (const { document, change, from, state } of catalogue.notices) {
    const { id, version, validFrom } = document;
    const same = known.filter((one) => one.id === id);
    if (state === 'draft' || same.some((one) => one.version === version)) continue;
    if (!change && same.length > 0) throw new CatalogueRefused(`the notice ${id} ${version} follows another version: say whether its change is editorial or material`);
    const ends = change === 'material' && same.length > 0;
    found.push({ id, version, change: change ?? 'material', from: later(from ?? validFrom, ends ? earliest : ''), older: same.map((one) => one.version) });
    known.push({ id, version });
  }
  return found;
}

type Body = Names & Before;

/** What loading this catalogue would write; reads only. Throws CatalogueRefused where it must not be loaded. */
export async function planCatalogue(pool: Pool, ledger: number, catalogue: Catalogue, { leadMs = LEAD_MS } = {}): Promise<CataloguePlan> {
  const sha256 = catalogueHash(catalogue);
  const notices = await newNotices(pool, ledger, catalogue);
  const newest = 'SELECT sha256, body FROM catalogues WHERE ledger = $1 ORDER BY number DESC LIMIT 1';
  const row = (await pool.query<{ sha256: string; body: string }>(newest, [ledger])).rows[0];
  const known = await readPublications(pool, ledger);
  const unfinished = await unfinishedPublications(pool, ledger, row?.sha256, known);
  if (row?.sha256 === sha256) return { sha256, changed: false, notices: [], publications: unfinished, renamed: [] };
  const before = row && (JSON.parse(row.body) as Body);
  if (before) await refuseLost(pool, ledger, before, catalogue);
  if (before) await refuseOtherMeaning(pool, ledger, before, catalogue);
  const earliest = timeText(nowMicros() + leadMs * 1000);
  return { sha256, changed: true, notices, publications: [...unfinished, ...newPublications(catalogue, known, earliest)], renamed: renamedIn(before ?? {}, catalogue as unknown as Names) };
}
