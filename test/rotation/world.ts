import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPool, KEYED_LOOKUPS } from '#database';
import { changeConsent, findPeople, holdersOf, isErased, Ledger, Reader, uuidv7, type ChangeAnswer, type Finder } from '#ledger';
import { freshLedger, type FreshLedger } from '#testing';
import { lookupKeysOf, normalise, personKeysOf, readKeyring, suppressionKeysOf, type Identifier, type Keyring } from '#vault';
import type { RotationOptions } from '#rotation';

/** One process of the api, as far as keys go: it reads the keyring at its start, and then only when it must. */
export interface Process {
  finder: Finder;
  ledger: Ledger;
  keys: ReturnType<typeof personKeysOf>;
  /** `between` runs once the holders are found, before anything is written. */
  grant(email: string, between?: () => Promise<void>): Promise<ChangeAnswer>;
  /** Ids of the people behind an address. */
  find(email: string): Promise<string[]>;
  erased(email: string): Promise<boolean>;
}

export interface World {
  fresh: FreshLedger;
  /** Path of the keyring's file. */
  keyring: string;
  options(more?: Partial<RotationOptions>): RotationOptions;
  /** A process that starts now; `reads: false` for one on another machine, where the keyring is never brought. */
  start(settings?: { reads?: boolean; pool?: FreshLedger['pool'] }): Process;
  close(): Promise<void>;
}

const SYSTEM = { kind: 'system', id: 'crm', key: '0f3c9a52-77aa-4f0e-8a11-3f5b1c2d4e6f' } as const;

export const email = (value: string): Identifier => normalise('email', value) as Identifier;

export async function rotationWorld(): Promise<World> {
  const fresh = await freshLedger();
  const folder = mkdtempSync(join(tmpdir(), 'samtycke-keyring-'));
  const keyring = join(folder, 'keyring.json');
  writeFileSync(keyring, JSON.stringify(fresh.keyring), { mode: 0o600 });
  const pool = createPool({ url: fresh.url, name: 'process', max: 12, settings: { ...KEYED_LOOKUPS, role: 'samtycke_api' } });
  const operator = createPool({ url: fresh.url, name: 'operator', max: 3 });

  function start({ reads = true, pool: own = pool }: { reads?: boolean; pool?: FreshLedger['pool'] } = {}): Process {
    const ring: Keyring = reads ? readKeyring(keyring) : structuredClone(readKeyring(keyring));
    const keys = personKeysOf(ring);
    const ledger = new Ledger({ ...fresh.options, pool: own, keys, patienceMs: 10_000 });
    const finder = { reader: new Reader(own, fresh.id), lookupKeys: lookupKeysOf(ring), suppressionKeys: suppressionKeysOf(ring) };
    const purpose = fresh.catalogue.purposes.get('newsletter');
    const notice = fresh.catalogue.notices.get('newsletter-signup\n1.3\nsv');
    if (!purpose) throw new Error('the catalogue has no newsletter');
    return {
      finder,
      ledger,
      keys,
      grant: async (address, between = async () => undefined) => {
        const request = uuidv7();
        return changeConsent(ledger, async () => {
          const holders = await holdersOf(finder, { identifiers: [email(address)] }, false);
          await between();
          return { request, ...holders, wishes: [{ purpose, decision: 'grant' }], actor: SYSTEM, notice, evidence: { ip: '192.0.2.0/24' } };
        });
      },
      find: async (address) => (await findPeople(finder, { identifiers: [email(address)] })).map(({ person }) => person),
      erased: (address) => isErased(finder, [email(address)]),
    };
  }

  return {
    fresh,
    keyring,
    start,
    options: (more = {}) => ({ pool: operator, ledger: fresh.id, keyring, pageSize: 20, ...more }),
    close: async () => {
      await operator.end();
      await pool.end();
      await fresh.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** Ends a rotation after its first page, as a kill would: what was written stands, nothing is tidied up. */
export class Killed extends Error {}

export const killAfterOnePage = (): never => {
  throw new Killed('killed');
};
