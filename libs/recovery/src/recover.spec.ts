import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newHolderId } from '#ledger';
import type { LogFolder } from '#log-folder';
import { Lease } from '#outbox';
import { HASH_BYTES, TILE_WIDTH, type Tile } from '#proof';
import { freshLedger, type FreshLedger } from '#testing';
import { personKeysOf, subjectKeysOf, suppressionKeysOf } from '#vault';
import { Contradiction } from './contradiction.js';
import { recover, type RecoverOptions } from './recover.js';

let fresh: FreshLedger;
beforeAll(async () => {
  fresh = await freshLedger();
});
afterAll(() => fresh.close());

/** The log of another ledger: no leaf is like one of ours. Keeps which tiles were asked for. */
function anotherLog(asked: number[]): LogFolder {
  const tile = async ({ index }: Tile): Promise<Uint8Array> => {
    asked.push(index);
    return new Uint8Array(TILE_WIDTH * HASH_BYTES);
  };
  return { tile } as unknown as LogFolder;
}

test('a database that is not the beginning of the log is told at its first leaf that does not hold: nothing reads on through all of it', async () => {
  const { pool, id: ledger, keyring } = fresh;
  const size = 3 * TILE_WIDTH;
  const fencing = (await new Lease(pool, ledger, 'relay', newHolderId()).take())?.fencing ?? '';
  await pool.query(`INSERT INTO leaves (ledger, idx, person, seq, event, hash) SELECT $1, n, $2, n + 1, gen_random_uuid(), sha256(n::text::bytea) FROM generate_series(0, $3 - 1) n`, [ledger, newHolderId(), size]);
  const asked: number[] = [];
  const checkpoint = { size, root: new Uint8Array(HASH_BYTES), note: '', signedAt: 0 };
  const options: RecoverOptions = { pool, ledger, origin: keyring.origin, keys: personKeysOf(keyring), suppressionKeys: suppressionKeysOf(keyring), subjectKeys: subjectKeysOf(keyring), folder: anotherLog(asked), checkpoint, fencing, actor: { kind: 'operator', id: 'test' }, progress: () => undefined, missing: () => undefined, settled: () => undefined };
  const stopped = recover(options);
  await expect(stopped).rejects.toThrow(Contradiction);
  await expect(stopped).rejects.toThrow(/, index 0 of the log: .*\. The database is no older state of the signed log$/);
  expect(asked).toEqual([]);
});
