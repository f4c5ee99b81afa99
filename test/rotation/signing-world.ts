import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease, sequencePage } from '#outbox';
import { openCheckpoint, parseNote, parseVerifier, signaturesOf, type Checkpoint } from '#proof';
import type { SigningOptions } from '#rotation';
import { freshLedger, type FreshLedger } from '#testing';
import { checkEd25519, readKeyring, sha256 } from '#vault';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';

export const DAY_MS = 86_400_000;

/** A ledger with its log, signed by a relay that read the keyring's file before any change. */
export interface SigningWorld {
  fresh: FreshLedger;
  keyring: string;
  folder: LogFolder;
  root: string;
  options(more?: Partial<SigningOptions>): SigningOptions;
  /** An event, its index, and a checkpoint by the relay that runs all along, `later` milliseconds from now. */
  publish(later?: number): Promise<string>;
  /** What is committed meanwhile is lost, as where a standby takes over that has not got it. */
  losing<Result>(work: () => Promise<Result>): Promise<Result>;
  /** The relay ends; another starts, with the keyring as it stands. */
  restart(): void;
  close(): Promise<void>;
}

/** A note's signatures by these verifier keys, in their order. */
export const signedBy = (note: string, ...verifiers: string[]): boolean[] => verifiers.map((one) => signaturesOf(parseNote(note), parseVerifier(sha256, one)).length > 0);
export const openBy = (note: string, verifier: string): Checkpoint => openCheckpoint(note, parseVerifier(sha256, verifier), checkEd25519);

export async function signingWorld(): Promise<SigningWorld> {
  const fresh = await freshLedger();
  const root = mkdtempSync(join(tmpdir(), 'samtycke-signing-'));
  const keyring = join(root, 'keyring.json');
  writeFileSync(keyring, JSON.stringify(fresh.keyring), { mode: 0o600 });
  const folder = new LogFolder(join(root, 'log'));
  const { pool, id: ledger } = fresh;
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  const fencing = (await new Lease(pool, ledger, 'relay', newHolderId()).take())?.fencing ?? '';
  let now = Date.now();
  const relay = (): CheckpointWriter => new CheckpointWriter({ pool, ledger, keyring: readKeyring(keyring), folder, clock: () => now });
  let writer = relay();
  return {
    fresh,
    keyring,
    folder,
    root,
    options: (more = {}) => ({ pool, ledger, keyring, role: 'log', ...more }),
    async publish(later = 0) {
      now = Date.now() + later;
      await changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
      while ((await sequencePage(pool, ledger, fencing)).length > 0);
      await writer.step({ fencing, leads: () => true });
      return (await folder.checkpoint()) ?? '';
    },
    async losing(work) {
      const { rows } = await pool.query<{ name: string }>(`SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'migrations'`);
      for (const { name } of rows) await pool.query(`CREATE TABLE kept_${name} AS SELECT * FROM ${name}`);
      const result = await work();
      await pool.query(`BEGIN; SET LOCAL session_replication_role = replica; ${rows.map(({ name }) => `TRUNCATE ${name}; INSERT INTO ${name} SELECT * FROM kept_${name}; DROP TABLE kept_${name};`).join(' ')} COMMIT`);
      return result;
    },
    restart: () => void (writer = relay()),
    close: async () => {
      await fresh.close();
      rmSync(root, { recursive: true });
    },
  };
}
