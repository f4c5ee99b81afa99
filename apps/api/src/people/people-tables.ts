import { Injectable } from '@nestjs/common';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import type { Stream } from '#consent';
import type { Micros } from '#ledger';
import { open, type PersonKeys } from '#vault';
import { ProblemError } from '../http/problem.js';

export interface KnownIdentifier {
  id: string;
  kind: string;
  value: string;
}

/** Reads of one person. Plain look-ups by (ledger, person). */
@Injectable()
export class PeopleTables {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly origin: string,
    private readonly keys: PersonKeys,
  ) {}

  /** The holder's kind; 404 where the ledger knows no such person or device. */
  async kind(person: string): Promise<string> {
    const { rows } = await this.pool.query<{ kind: string }>('SELECT kind FROM persons WHERE ledger = $1 AND person = $2', [this.ledger, person]);
    if (!rows[0]) throw new ProblemError(404, 'person_unknown', 'no person or device has this id');
    return rows[0].kind;
  }

  async streams(person: string): Promise<Map<string, Stream>> {
    const { rows } = await this.pool.query<{ purpose: string; state: string }>('SELECT purpose, state FROM heads WHERE ledger = $1 AND person = $2', [this.ledger, person]);
    return new Map(rows.map((row) => [row.purpose, JSON.parse(row.state) as Stream]));
  }

  /** All events of a person, in order of seq. */
  async events(person: string): Promise<LedgerEvent[]> {
    const { rows } = await this.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE ledger = $1 AND person = $2 ORDER BY seq', [this.ledger, person]);
    return rows.map((row) => JSON.parse(row.bytes.toString('utf8')) as LedgerEvent);
  }

  /** From now on nothing can be recorded for this person at or before `known`: what is answered for that time stays. */
  async raiseKnown(person: string, known: Micros): Promise<void> {
    await this.pool.query('UPDATE persons SET known_us = greatest(known_us, $3) WHERE ledger = $1 AND person = $2', [this.ledger, person, known]);
  }

  /** A person's identifiers in clear. */
  async identifiers(person: string): Promise<KnownIdentifier[]> {
    const { rows } = await this.pool.query<{ id: string; kind: string; sealed: Buffer; master: string; wrapped: Buffer }>(
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

  /** Identifiers in clear of a person and of everybody who was merged into him. */
  async allIdentifiers(person: string): Promise<KnownIdentifier[]> {
    const { rows } = await this.pool.query<{ person: string }>('SELECT person FROM merges WHERE ledger = $1 AND into_person = $2 ORDER BY person', [this.ledger, person]);
    const parts = await Promise.all(rows.map((row) => this.allIdentifiers(row.person)));
    return [...(await this.identifiers(person)), ...parts.flat()];
  }
}
