import { nobodySpecial } from '#consent';
import type { Actor } from '#contracts';
import { Ledger, Reader, type CatalogueInForce } from '#ledger';
import { IDENTIFIER_KINDS, lookupKeysOf, personKeysOf, suppressionKeysOf } from '#vault';
import { InTurn } from '#turns';
import { applyRow, tryRow, type Doors, type Outcome, type ReadyRow, type StandsNow } from './apply-row.js';
import { catalogueNow } from './catalogue-now.js';
import { changeOfRow, type RowChange } from './change-of-row.js';
import { FIELD_NAMES, isList } from './fields.js';
import { formerRequestOf, requestOf } from './file-identity.js';
import { columnOf, fieldsOf, type Mapping } from './mapping.js';
import type { RawRow } from './read-rows.js';
import type { RefusedRow } from './refusals.js';
import type { Target } from './target.js';
import { RowRefused, understandRow } from './understand-row.js';
import { writtenBefore } from './written-before.js';

export type Fate = Outcome | RefusedRow;

/** Settles rows: in this thread, or spread over several. */
export interface RowWork {
  /** What became of a row. Rejects only where the import as a whole cannot go on. `recheck`: an earlier run may have written it. */
  settle(raw: RawRow, recheck: boolean): Promise<Fate>;
  close(): Promise<void>;
}

export interface RowWorkOptions {
  identity: Buffer;
  mapping: Mapping;
  /** As it stood when the work began. */
  catalogue: CatalogueInForce;
  system: string;
  mayLink: boolean;
  dryRun: boolean;
}

/** Appends that run side by side: one decides while the other commits. */
const LANES = 2;
const PATIENCE_MS = 60_000;

const standsNow = (reader: Reader): StandsNow => ({
  stream: (person, purpose) => reader.heads.load({ person, purpose }),
  person: async (person) => (await reader.persons.load(person)) ?? nobodySpecial,
});

/** Always the same number for the same name: whoever bears it goes the same way. */
export function numberOf(name: string): number {
  let number = 0;
  for (let at = 0; at < name.length; at += 1) number = (Math.imul(number, 31) + name.charCodeAt(at)) >>> 0;
  return number;
}

const nameOf = ({ kind, value }: ReadyRow['identifiers'][number]): string => `${kind} ${value}`;

/** A number that is not exactly what was written names somebody else. */
function refuseRounded({ rounded = [] }: RawRow, mapping: Mapping): void {
  const field = IDENTIFIER_KINDS.find((kind) => rounded.includes(columnOf(mapping, kind)));
  if (field !== undefined) throw new RowRefused('invalid_identifier', `the field ${field} is a number that JSON does not keep exactly: write it as text, in quotes`);
}

/** An object where a field is looked for says something that nobody reads: taken for nothing it would be a yes to all channels, or the word of a constant. */
function refuseNested({ nested = [] }: RawRow, mapping: Mapping): void {
  const field = FIELD_NAMES.find((name) => nested.includes(columnOf(mapping, name)));
  if (field !== undefined) throw new RowRefused('value_invalid', `the field ${field} holds an object: write it as text or as a list`);
}

/** A column under almost the name that is looked for: unread, a yes to some would be one to all, and each row's own word that of a constant. */
function refuseUnread({ cells = {} }: RawRow, mapping: Mapping): void {
  const mapped = new Set(Object.values(mapping.columns ?? {}));
  for (const field of FIELD_NAMES) {
    if (columnOf(mapping, field) in cells || !(isList(field) || mapping.constants?.[field] !== undefined)) continue;
    const unread = Object.keys(cells).find((name) => name.trim().toLowerCase() === field.toLowerCase() && !mapped.has(name));
    if (unread !== undefined) throw new RowRefused('value_invalid', `the column ${unread} is not read: map it (--map ${field}=${unread}) or give it another name`);
  }
}

/** From a row of the file to its change, and through the one door. */
export class OwnWork implements RowWork {
  private readonly ledgers: Ledger[];
  private readonly doors: Doors;
  private readonly now: StandsNow;
  private readonly actor: Actor;
  private readonly catalogue: () => Promise<CatalogueInForce>;
  private readonly turns = new InTurn();
  constructor(
    { pool, ledger, keyring, mayWrite }: Target,
    private readonly options: RowWorkOptions,
  ) {
    const { origin } = keyring;
    const keys = personKeysOf(keyring);
    const reader = new Reader(pool, ledger);
    this.ledgers = Array.from({ length: LANES }, () => new Ledger({ pool, ledger, origin, keys, patienceMs: PATIENCE_MS, mayWrite }));
    this.doors = { finder: { reader, lookupKeys: lookupKeysOf(keyring), suppressionKeys: suppressionKeysOf(keyring) }, mayLink: options.mayLink, written: writtenBefore(pool, ledger) };
    this.now = standsNow(reader);
    this.catalogue = catalogueNow({ pool, ledger }, options.catalogue);
    this.actor = { kind: 'system', id: options.system };
  }

  async settle(raw: RawRow, recheck: boolean): Promise<Fate> {
    try {
      const row = this.ready(raw, recheck);
      const names = row.identifiers.map(nameOf);
      return await this.turns.run(names, () => this.write(row, names[0] ?? ''));
    } catch (error) {
      if (!(error instanceof RowRefused)) throw error;
      return { line: raw.line, code: error.code, reason: error.message };
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.ledgers.map((one) => one.close()));
  }

  private ready(raw: RawRow, recheck: boolean): ReadyRow {
    if (raw.refused) throw new RowRefused(raw.refused.code, raw.refused.reason);
    const { identity, mapping } = this.options;
    refuseRounded(raw, mapping);
    refuseNested(raw, mapping);
    refuseUnread(raw, mapping);
    const row = understandRow(fieldsOf(raw.cells ?? {}, mapping), mapping);
    const change = async (): Promise<RowChange> => changeOfRow(row, { catalogue: await this.catalogue(), actor: this.actor });
    return { request: requestOf(identity, raw.row, row.purpose), formerRequest: formerRequestOf(identity, raw.row), identifiers: row.identifiers, change, recheck };
  }

  private write(row: ReadyRow, name: string): Promise<Outcome> {
    const ledger = this.ledgers[numberOf(name) % this.ledgers.length];
    if (this.options.dryRun || !ledger) return tryRow(this.now, this.doors, row);
    return applyRow(ledger, this.doors, row);
  }
}
