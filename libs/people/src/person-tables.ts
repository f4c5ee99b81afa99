import type { Pool } from 'pg';
import type { PersonState, Publication, Stream } from '#consent';
import { LEDGER_PERSON, type LedgerEvent } from '#contracts';
import { microsOf, readPublications, readPurposesAt, Refusal, type CatalogueInForce, type Micros } from '#ledger';

const NOBODY = 'no person or device has this id';

/** Reads of one person. Plain look-ups by (ledger, person). */
export class PersonTables {
  constructor(
    protected readonly pool: Pool,
    protected readonly ledger: number,
  ) {}

  /** The holder's kind. Throws Refusal 404 `person_unknown` where the ledger knows no such person or device. */
  async kind(person: string): Promise<string> {
    const { rows } = await this.pool.query<{ kind: string }>('SELECT kind FROM persons WHERE ledger = $1 AND person = $2', [this.ledger, person]);
    if (!rows[0]) throw new Refusal(404, 'person_unknown', NOBODY);
    return rows[0].kind;
  }

  /** Whether it is a person or a device of whom something can be recorded: the ledger's own stream is nobody. Throws as `kind` does. */
  async holderKind(person: string): Promise<'person' | 'device'> {
    const kind = await this.kind(person);
    if (kind !== 'person' && kind !== 'device') throw new Refusal(404, 'person_unknown', NOBODY);
    return kind;
  }

  async streams(person: string): Promise<Map<string, Stream>> {
    const { rows } = await this.pool.query<{ purpose: string; state: string }>('SELECT purpose, state FROM heads WHERE ledger = $1 AND person = $2', [this.ledger, person]);
    return new Map(rows.map((row) => [row.purpose, JSON.parse(row.state) as Stream]));
  }

  /** What holds for the whole person; undefined where nothing was ever said about that. */
  async whole(person: string): Promise<PersonState | undefined> {
    const { rows } = await this.pool.query<{ state: string | null }>('SELECT state FROM persons WHERE ledger = $1 AND person = $2', [this.ledger, person]);
    const state = rows[0]?.state ?? undefined;
    return state === undefined ? undefined : (JSON.parse(state) as PersonState);
  }

  /** All events of a person, in order of seq. */
  async events(person: string): Promise<LedgerEvent[]> {
    const { rows } = await this.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq', [this.ledger, person]);
    return rows.map((row) => JSON.parse(row.bytes.toString('utf8')) as LedgerEvent);
  }

  /** Which versions of notices were published, as known at a time; from then on none can be published at or before it. */
  async publications(knownAt: string): Promise<Publication[]> {
    await this.raiseKnown(LEDGER_PERSON, microsOf(knownAt));
    return (await readPublications(this.pool, this.ledger)).filter(({ publishedAt }) => publishedAt <= knownAt);
  }

  /** The purposes in force, as known at a time that `publications` has closed. */
  async purposes(knownAt: string): Promise<CatalogueInForce['purposes']> {
    return readPurposesAt(this.pool, this.ledger, knownAt);
  }

  /** From now on nothing can be recorded for this person at or before `known`: what is answered for that time stays. */
  async raiseKnown(person: string, known: Micros): Promise<void> {
    await this.pool.query('UPDATE persons SET known_us = $3 WHERE ledger = $1 AND person = $2 AND known_us < $3', [this.ledger, person, known]);
  }
}
