import type { Pool } from 'pg';
import type { LogFolder } from '#log-folder';
import type { SigningRole } from '#proof';
import type { PersonKeys, SigningKey } from '#vault';

/** What packs are made from: the ledger's database, the log's folder, and the keys that open and sign. */
export interface PackSource {
  pool: Pool;
  ledger: number;
  origin: string;
  keys: PersonKeys;
  folder: LogFolder;
  /** The keys that sign the statement: the log's own, and for 30 days after a change the one before it. */
  signing: { at(role: SigningRole, seconds: number): Promise<SigningKey[]> };
}

export interface PackRequest {
  person: string;
  /** Kinds of evidence to be opened; `all`, or none. */
  open: 'all' | readonly string[];
  /** Sizes of checkpoints that somebody kept: the pack shows how the log has grown from each of them. */
  since?: readonly number[];
  /** How long to wait for a checkpoint over the person's newest event. */
  waitMs?: number;
  /** How much the files to be opened may have; without it what leaves a pack that can be verified. */
  mostBytes?: number;
}

const KIND = /^(identifier|ip|user-agent|gpc|url|text|reason-text|file(-[2-9])?)$/;

/** The kinds in a list such as `ip,user-agent`; undefined where one of them is no kind of evidence. */
export function openedKinds(list: string | undefined): PackRequest['open'] | undefined {
  const kinds = (list ?? '').split(',').map((kind) => kind.trim()).filter((kind) => kind !== '' && kind !== 'none');
  if (kinds.includes('all')) return 'all';
  return kinds.every((kind) => KIND.test(kind)) ? kinds : undefined;
}
