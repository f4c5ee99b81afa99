import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { ConsentsBody, Evidence } from '../ledger/ledger-types.js';
import type { Identity } from './sessions.js';

/** A "no" that the ledger could not be told yet. It is sent again, under the same key, until it is taken. */
export interface Waiting {
  key: string;
  owner: Buffer;
  purpose: string;
  body: ConsentsBody;
  evidence: Evidence;
}

/** Somebody for whom something waits, and the number of the oldest of it. */
export interface WaitingOwner {
  owner: Buffer;
  number: string;
}

export interface WaitingRoom {
  keep(waiting: Waiting): Promise<void>;
  done(key: string): Promise<void>;
  /** What one person's changes still wait for, oldest first. */
  of(owner: Buffer): Promise<Waiting[]>;
  /** Who waits, by the oldest that each of them waits for; only those whose oldest came after `number`. */
  owners(number: string, limit: number): Promise<WaitingOwner[]>;
}

/** Names the owner of a waiting change without holding his address a second time. */
export const ownerOf = ({ kind, value }: Identity): Buffer => createHash('sha256').update(`${kind}\0${value}`).digest();

/** The name under which what is one owner's goes in turn. */
export const turnOf = (owner: Buffer): string[] => [owner.toString('base64')];

/** Changes that wait, in the portal's database: a restart loses none. */
export function waitingIn(pool: Pool): WaitingRoom {
  return {
    async keep({ key, owner, purpose, body, evidence }) {
      const values = [key, owner, purpose, JSON.stringify(body), JSON.stringify(evidence), new Date()];
      await pool.query('INSERT INTO portal.waiting (key, owner, purpose, body, evidence, created_at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT DO NOTHING', values);
    },
    async done(key) {
      await pool.query('DELETE FROM portal.waiting WHERE key = $1', [key]);
    },
    async of(owner) {
      const { rows } = await pool.query<Waiting>('SELECT key, owner, purpose, body, evidence FROM portal.waiting WHERE owner = $1 ORDER BY number', [owner]);
      return rows;
    },
    async owners(number, limit) {
      const { rows } = await pool.query<WaitingOwner>('SELECT owner, min(number) AS number FROM portal.waiting GROUP BY owner HAVING min(number) > $1 ORDER BY 2 LIMIT $2', [number, limit]);
      return rows;
    },
  };
}
