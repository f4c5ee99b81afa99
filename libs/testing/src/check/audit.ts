import { AUDIT_SETTINGS, checkEvents, checkEvidence, checkKeysAndOutbox, checkLeaves, checkTexts, NamedTexts, readWitnesses, readWorld, say, type Problem } from '#audit';
import { createPool } from '#database';
import { LogFolder } from '#log-folder';
import { openCheckpoint, parseVerifier } from '#proof';
import { checkEd25519, personKeysOf, sha256, type Keyring } from '#vault';

export interface Audited {
  ledgerUrl: string;
  ledger: number;
  keyring: Keyring;
  /** The transparency log's folder. */
  logDir: string;
}

/**
 * The product's own audit: bytes against leaf hash, chains, versions and seq without gap, heads against the fold, evidence,
 * indices from 0 without gap, each checkpoint ever signed, and the log outside. Gives the size of the newest checkpoint.
 */
export async function audit({ ledgerUrl, ledger, keyring, logDir }: Audited, findings: { next(): (text: string) => void }): Promise<number> {
  const pool = createPool({ url: ledgerUrl, name: 'check', max: 4, settings: AUDIT_SETTINGS });
  const next = (): ((one: Problem) => void) => {
    const tell = findings.next();
    return (one) => tell(say(one));
  };
  try {
    const folder = new LogFolder(logDir);
    const signed = (await folder.checkpoint()) ?? '';
    const { size, root } = openCheckpoint(signed, parseVerifier(sha256, keyring.log.verifier), checkEd25519);
    const outside = { checkpoint: { size, root, where: 'the newest checkpoint in the log’s folder' }, tile: (tile: Parameters<LogFolder['tile']>[0]) => folder.tile(tile) };
    const world = await readWorld(pool, ledger, keyring.origin);
    await checkEvents({ pool, ledger, world, texts: new NamedTexts(pool, ledger) }, { problem: next(), page: () => undefined });
    const keys = next();
    for (const one of [...(await checkKeysAndOutbox(pool, ledger)), ...(await checkTexts(pool, ledger))]) keys(one);
    const leaves = next();
    const witnesses = (from: number) => readWitnesses({ pool, ledger, key: keyring.log.verifier, cosigner: keyring.cosigner?.verifier, others: [outside.checkpoint], problem: leaves }, from);
    await checkLeaves({ pool, ledger, witnesses, outside }, { problem: leaves, late: () => undefined, page: () => undefined });
    await checkEvidence({ pool, ledger, origin: keyring.origin, keys: personKeysOf(keyring) }, { problem: next(), page: () => undefined });
    return size;
  } finally {
    await pool.end();
  }
}
