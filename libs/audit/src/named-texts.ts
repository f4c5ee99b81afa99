import type { Pool } from 'pg';
import { Again } from './again.js';
import type { CopiedRows } from './copied-rows.js';
import { placeOf } from './person-fold.js';
import type { Problem } from './problem.js';
import { AT, eventRow } from './rows.js';

const NOTICE = Buffer.from(',"notice":{');
const DEFINITION = Buffer.from(',"definition":"');
const HEX = 64;
const BRACE = 125;
const KNOWN = `
SELECT 'the definition ' || definition AS name FROM purposes WHERE ledger = $1
UNION ALL SELECT 'the notice ' || id || ' ' || version || ' (' || locale || '), ' || sha256 FROM notices WHERE ledger = $1`;

/** A notice with its hash; what an event says to be in force names it without one. */
function noticeNamed(text: string): string | undefined {
  try {
    const { id, version, locale, sha256 } = JSON.parse(text) as Record<string, string>;
    return sha256 === undefined ? undefined : `the notice ${id} ${version} (${locale}), ${sha256}`;
  } catch {
    return undefined;
  }
}

/** Looks whether the texts and meanings that events name, by their hashes, are kept. Each that is not is told once, with the first event that names it. */
export class NamedTexts {
  private known = new Set<string>();
  private readonly told = new Set<string>();
  private missing = new Map<string, Problem>();
  private readonly notices = new Again(noticeNamed);
  private readonly definitions = new Again((hash) => `the definition ${hash}`);

  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  take(rows: CopiedRows, row: number): void {
    const bytes = rows.buffer.subarray(rows.begin(row, AT.text), rows.end(row, AT.text));
    const definition = bytes.indexOf(DEFINITION) + DEFINITION.length;
    if (definition >= DEFINITION.length) this.look(rows, row, this.definitions.of(bytes, definition, Math.min(definition + HEX, bytes.length)));
    const notice = bytes.lastIndexOf(NOTICE) + NOTICE.length - 1;
    if (notice >= NOTICE.length) this.look(rows, row, this.notices.of(bytes, notice, bytes.indexOf(BRACE, notice) + 1));
  }

  private look(rows: CopiedRows, row: number, name: string | undefined): void {
    if (name === undefined || this.known.has(name) || this.told.has(name) || this.missing.has(name)) return;
    this.missing.set(name, { ...placeOf(eventRow(rows, row)), text: `it names ${name}, which is not kept` });
  }

  /** What is missing of what was taken: what a catalogue brought meanwhile is found at a second look. */
  async settle(): Promise<Problem[]> {
    if (this.missing.size === 0) return [];
    const { rows } = await this.pool.query<{ name: string }>(KNOWN, [this.ledger]);
    this.known = new Set(rows.map(({ name }) => name));
    const lost = [...this.missing].filter(([name]) => !this.known.has(name));
    this.missing = new Map();
    for (const [name] of lost) this.told.add(name);
    return lost.map(([, problem]) => problem);
  }
}
