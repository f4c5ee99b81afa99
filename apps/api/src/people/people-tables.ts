import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import { foundBy, homeOf, partsOf, type Reader } from '#ledger';
import { PersonTables } from '#people';
import { open, type IdentifierKind, type PersonKeys } from '#vault';

export interface KnownIdentifier {
  id: string;
  kind: IdentifierKind;
  value: string;
}

/** Reads of one person, his identifiers among them. */
@Injectable()
export class PeopleTables extends PersonTables {
  constructor(
    pool: Pool,
    ledger: number,
    private readonly origin: string,
    private readonly keys: PersonKeys,
  ) {
    super(pool, ledger);
  }

  /** A person's identifiers in clear. */
  async identifiers(person: string): Promise<KnownIdentifier[]> {
    const { rows } = await this.pool.query<{ id: string; kind: IdentifierKind; sealed: Buffer; master: string; wrapped: Buffer }>(
      `SELECT i.id, i.kind, i.sealed, k.master, k.wrapped FROM person_keys k, identifiers i
       WHERE k.ledger = $1 AND k.person = $2 AND i.ledger = $1 AND i.person = $2 ORDER BY i.id`,
      [this.ledger, person],
    );
    return rows.map((row) => {
      const key = this.keys.unwrap(person, { master: row.master, wrapped: row.wrapped });
      const value = open(key, `${this.origin}|${person}|identifier|${row.id}`, row.sealed).toString('utf8');
      return { id: row.id, kind: row.kind, value };
    });
  }

  /** Whether one of these people, such as somebody and whomever he was merged into, or a part of one of them is found by an identifier; it is not opened. */
  async isFoundBy(people: readonly string[], identifier: string): Promise<boolean> {
    const all = await Promise.all(people.map(async (one) => [one, ...(await this.parts(one))]));
    const { rowCount } = await this.pool.query('SELECT 1 FROM identifiers WHERE ledger = $1 AND person = ANY($2::uuid[]) AND id = $3', [this.ledger, all.flat(), identifier]);
    return (rowCount ?? 0) > 0;
  }

  /**
   * For whom a mailed link speaks: the person that it names; or, where its address went with somebody who was split off from him since, that
   * one. Who reads that mail is he, and a "no" of his takes nothing from the other.
   */
  async speakerOf(reader: Reader, { person, via }: { person: string; via?: { id: string } }): Promise<string> {
    const owner = via && (await foundBy(this.pool, this.ledger, person, via.id));
    if (owner === undefined || owner === person) return person;
    const [his, named] = await Promise.all([owner, person].map((one) => homeOf(reader, one)));
    return his === named ? person : owner;
  }

  /** Identifiers in clear of a person and of everybody who was merged into him. */
  async allIdentifiers(person: string): Promise<KnownIdentifier[]> {
    const all = await Promise.all([person, ...(await this.parts(person))].map((one) => this.identifiers(one)));
    return all.flat();
  }

  /** Everybody who was merged into a person, and into those, each once. */
  async parts(person: string): Promise<string[]> {
    const seen = new Set([person]);
    for (const one of seen) for (const part of await partsOf(this.pool, this.ledger, one)) seen.add(part);
    return [...seen].slice(1);
  }
}
