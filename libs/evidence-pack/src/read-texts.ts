import type { ShownNotice } from '#contracts';
import { definitionFile, noticeFile } from '#proof';
import type { Chains } from './read-chains.js';
import type { PackSource } from './source.js';

/** A text as it was shown, by the name of its file. */
export interface ShownText {
  name: string;
  title: string;
  body: string;
  locale: string;
  said: string;
  sha256: string;
  bytes: Buffer;
}

export interface Texts {
  notices: ShownText[];
  definitions: { name: string; id: string; bytes: Buffer }[];
  /** The titles of purposes in the catalogue in force, by id, then by language. */
  titles: Record<string, Record<string, { title?: string } | undefined> | undefined>;
  /** The names of companies in it. */
  controllers: { id: string; name: string }[];
}

const NOTICE = 'SELECT document FROM notices WHERE ledger = $1 AND id = $2 AND version = $3 AND locale = $4';
const DEFINITION = 'SELECT id, body FROM purposes WHERE ledger = $1 AND definition = $2';
const NAMES = `SELECT body::json -> 'texts' -> 'purposes' AS titles, body::json -> 'controllers' AS controllers FROM catalogues WHERE ledger = $1 ORDER BY number DESC LIMIT 1`;

async function readNotice({ pool, ledger }: PackSource, { id, version, locale, sha256 }: ShownNotice): Promise<ShownText[]> {
  const { rows } = await pool.query<{ document: string }>(NOTICE, [ledger, id, version, locale]);
  return rows.map(({ document }) => {
    const { title, body } = JSON.parse(document) as { title: string; body: string };
    return { name: noticeFile({ id, version, locale }), title, body, locale, said: `${id} ${version} (${locale})`, sha256, bytes: Buffer.from(document) };
  });
}

async function readDefinition({ pool, ledger }: PackSource, definition: string): Promise<Texts['definitions']> {
  const { rows } = await pool.query<{ id: string; body: string }>(DEFINITION, [ledger, definition]);
  return rows.map(({ id, body }) => ({ name: definitionFile(definition), id, bytes: Buffer.from(body) }));
}

/** Every text that an event says was shown, and what each purpose meant then. What the database does not have is left out: the events name it. */
export async function readTexts(source: PackSource, { chains }: Chains): Promise<Texts> {
  const events = chains.flatMap((chain) => chain.events.map(({ event }) => event));
  const shown = new Map(events.flatMap(({ notice }): [string, ShownNotice][] => (notice ? [[noticeFile(notice), notice]] : [])));
  const meant = new Set(events.flatMap(({ definition }) => definition ?? []));
  const notices: ShownText[] = [];
  for (const notice of shown.values()) notices.push(...(await readNotice(source, notice)));
  const definitions: Texts['definitions'] = [];
  for (const definition of meant) definitions.push(...(await readDefinition(source, definition)));
  const { rows } = await source.pool.query<{ titles: Texts['titles'] | null; controllers: Texts['controllers'] | null }>(NAMES, [source.ledger]);
  return { notices, definitions, titles: rows[0]?.titles ?? {}, controllers: rows[0]?.controllers ?? [] };
}
