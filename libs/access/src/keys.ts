import { randomUUID } from 'node:crypto';
import type { Pool } from 'pg';
import { newSecret, secretHash, type KeyKind } from './secret.js';
import { allowedBy, isScope, type Scope } from './scopes.js';

/** A key as the service sees it; the secret itself is known only to its owner. */
export interface ApiKey {
  id: string;
  kind: KeyKind;
  /** The system or site that holds it: the actor's id in the events. */
  owner: string;
  scopes: Set<Scope>;
  /** Origins and purposes that a site key is bound to. */
  origins: Set<string>;
  purposes: Set<string>;
  /** Why it may read histories, where a call gives no reason of its own. */
  reason?: string;
  expiresAt: Date;
  revokedAt?: Date;
}

export interface NewKey {
  kind: KeyKind;
  owner: string;
  scopes?: Scope[];
  origins?: string[];
  purposes?: string[];
  reason?: string;
  expiresAt: Date;
}

interface KeyRow {
  id: string;
  hash: Buffer;
  kind: KeyKind;
  owner: string;
  scopes: string[];
  origins: string[];
  purposes: string[];
  reason: string | null;
  created_at: Date;
  expires_at: Date;
  last_used_at: Date | null;
  revoked_at: Date | null;
}

const COLUMNS = 'id, hash, kind, owner, scopes, origins, purposes, reason, created_at, expires_at, last_used_at, revoked_at';

function keyOf(row: KeyRow): ApiKey {
  return {
    id: row.id,
    kind: row.kind,
    owner: row.owner,
    scopes: allowedBy(row.scopes.filter(isScope)),
    origins: new Set(row.origins),
    purposes: new Set(row.purposes),
    reason: row.reason ?? undefined,
    expiresAt: row.expires_at,
    revokedAt: row.revoked_at ?? undefined,
  };
}

/** Makes a key and gives its secret: the only time that anybody sees it. */
export async function createKey(pool: Pool, ledger: number, key: NewKey): Promise<{ id: string; secret: string }> {
  const secret = newSecret(key.kind);
  const id = randomUUID();
  const values = [ledger, id, secretHash(secret), key.kind, key.owner, key.scopes ?? [], key.origins ?? [], key.purposes ?? []];
  await pool.query(
    `INSERT INTO api_keys (ledger, id, hash, kind, owner, scopes, origins, purposes, reason, created_at, expires_at)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`,
    [...values, key.reason ?? null, new Date(), key.expiresAt],
  );
  return { id, secret };
}

/** Revokes a key; true when there was one to revoke. Every instance refuses it within five seconds. */
export async function revokeKey(pool: Pool, ledger: number, id: string): Promise<boolean> {
  const values = [ledger, id, new Date()];
  const { rowCount } = await pool.query('UPDATE api_keys SET revoked_at = $3 WHERE ledger = $1 AND id = $2 AND revoked_at IS NULL', values);
  return (rowCount ?? 0) > 0;
}

export interface ListedKey extends ApiKey {
  createdAt: Date;
  lastUsedAt?: Date;
}

export async function listKeys(pool: Pool, ledger: number): Promise<ListedKey[]> {
  const { rows } = await pool.query<KeyRow>(`SELECT ${COLUMNS} FROM api_keys WHERE ledger = $1 ORDER BY created_at`, [ledger]);
  return rows.map((row) => ({ ...keyOf(row), createdAt: row.created_at, lastUsedAt: row.last_used_at ?? undefined }));
}

/** All keys by the hash of their secret, revoked and ended ones included: the keyring of a running service. */
export async function readKeys(pool: Pool, ledger: number): Promise<Map<string, ApiKey>> {
  const { rows } = await pool.query<KeyRow>(`SELECT ${COLUMNS} FROM api_keys WHERE ledger = $1`, [ledger]);
  return new Map(rows.map((row) => [row.hash.toString('hex'), keyOf(row)]));
}
