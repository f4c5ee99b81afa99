import { cp, mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { changeConsent, newHolderId, uuidv7 } from '#ledger';
import { LogFolder, LogForked } from '#log-folder';
import { Checkpoints, Lease, readEntries, sequencePage } from '#outbox';
import { cosignedAt, decodeBundle, leafHash, MerkleTree, nodesInTiles, openCheckpoint, parseNote, parseVerifier, rootOf, TILE_WIDTH, tileHolding, verifyConsistency, type Tile } from '#proof';
import { createKeyring, checkEd25519, sha256, type Keyring } from '#vault';
import { freshLedger, type FreshLedger } from '#testing';
import { CheckpointWriter } from './checkpoint-writer.js';

let fresh: FreshLedger;
let root: string;
let fencing: string;
beforeEach(async () => {
  fresh = await freshLedger();
  root = await mkdtemp(join(tmpdir(), 'samtycke-log-'));
  fencing = (await new Lease(fresh.pool, fresh.id, 'relay', newHolderId()).take())?.fencing ?? '';
});
afterEach(async () => {
  await fresh.close();
  await rm(root, { recursive: true });
});

/** Some events with their indices; resolves to the log's size. */
async function grow(count: number): Promise<number> {
  const purpose = fresh.catalogue.purposes.get('marketing-reach');
  if (!purpose) throw new Error('no purpose');
  const object = () => changeConsent(fresh.ledger, async () => ({ request: uuidv7(), people: [{ person: newHolderId(), kind: 'person' }], wishes: [{ purpose, decision: 'object' }], actor: { kind: 'system', id: 'crm' }, evidence: {} }));
  await Promise.all(Array.from({ length: count }, object));
  while ((await sequencePage(fresh.pool, fresh.id, fencing)).length > 0);
  const { rows } = await fresh.pool.query<{ size: number }>('SELECT count(*)::int AS size FROM leaves');
  return rows[0]?.size ?? 0;
}

const leading = { leads: () => true };
const term = () => ({ ...leading, fencing });
function writerOn(folder = new LogFolder(root), { clock = Date.now, keyring = fresh.keyring }: { clock?: () => number; keyring?: Keyring } = {}): CheckpointWriter {
  return new CheckpointWriter({ pool: fresh.pool, ledger: fresh.id, folder, keyring, clock });
}
async function opened() {
  const { keyring } = fresh;
  const checkpoint = openCheckpoint((await new LogFolder(root).checkpoint()) ?? '', parseVerifier(sha256, keyring.log.verifier), checkEd25519);
  return { ...checkpoint, time: cosignedAt(checkpoint.note, parseVerifier(sha256, keyring.cosigner?.verifier ?? ''), checkEd25519) ?? 0 };
}

/** The folder, read as a stranger would: every bundle that the checkpoint needs, hashed anew, has its root; so have the tiles. */
async function demandSoundFolder(): Promise<number> {
  const folder = new LogFolder(root);
  const { size, root: signed } = await opened();
  const tile = async (tile: Tile): Promise<Uint8Array> => (await folder.tile(tile)) ?? Buffer.of();
  const entries: Uint8Array[] = [];
  for (let index = 0; index < size; index += TILE_WIDTH) entries.push(...decodeBundle(await tile(tileHolding('entries', index, size))));
  expect(entries).toHaveLength(size);
  expect(rootOf(sha256, entries.map((entry) => leafHash(sha256, entry)))).toEqual(Buffer.from(signed));
  expect(await new MerkleTree(sha256, nodesInTiles(sha256, size, tile)).root(size)).toEqual(Buffer.from(signed));
  const stored = await readEntries(fresh.pool, fresh.id, 0, size);
  expect(entries.map((entry) => Buffer.from(entry).toString())).toEqual(stored.map(({ bytes }) => bytes.toString()));
  return size;
}

/** A folder whose process dies: at the n-th act, before it or right after it. */
class DyingFolder extends LogFolder {
  constructor(private left: number, private readonly after: boolean) {
    super(root);
  }
  private async act<T>(write: () => Promise<T>): Promise<T> {
    this.left -= 1;
    if (this.left < 0 || (this.left === 0 && !this.after)) throw new Error('killed');
    const done = await write();
    if (this.left === 0) throw new Error('killed');
    return done;
  }
  override writeTile = (tile: Tile, bytes: Uint8Array): Promise<void> => this.act(() => super.writeTile(tile, bytes));
  override writeCheckpoint = (signed: string, mayStill?: () => boolean): Promise<boolean> => this.act(() => super.writeCheckpoint(signed, mayStill));
  override dropPartials = (tile: Tile): Promise<void> => this.act(() => super.dropPartials(tile));
}

describe('a checkpoint', () => {
  test('commits to every event, byte for byte, in the order of the indices, and lies in folder and database', async () => {
    const size = await grow(300);
    const writer = writerOn();
    expect(await writer.step(term())).toBe(true);
    expect(await writer.step(term())).toBe(false);
    expect(await demandSoundFolder()).toBe(size);
    expect(writer.published).toBe(size);
    const kept = await new Checkpoints(fresh.pool, fresh.id).newest();
    expect(kept).toMatchObject({ size, note: await new LogFolder(root).checkpoint() });
  });

  test('is consistent with every one before it', async () => {
    const writer = writerOn();
    const seen = [];
    for (const count of [1, 2, 250, 3, 260]) {
      await grow(count);
      await writer.step(term());
      seen.push(await opened());
    }
    const last = seen.at(-1) ?? (await opened());
    const tree = new MerkleTree(sha256, nodesInTiles(sha256, last.size, async (tile) => (await new LogFolder(root).tile(tile)) ?? Buffer.of()));
    for (const first of seen) expect(verifyConsistency(sha256, { first, second: last, proof: await tree.consistency(first.size, last.size) })).toBe(true);
    await demandSoundFolder();
  });

  test('is never older than the one before it, nor than its newest event, to the second', async () => {
    let now = Date.now() + 3_600_000;
    const writer = writerOn(undefined, { clock: () => now });
    await grow(1);
    await writer.step(term());
    const first = await opened();
    expect(first.time).toBe(Math.floor(now / 1_000));
    now = 0;
    await grow(1);
    await writer.step(term());
    expect((await opened()).time).toBe(first.time);
    await rm(join(root, 'checkpoint'));
    await fresh.pool.query('TRUNCATE checkpoints');
    await writerOn(undefined, { clock: () => 0 }).step(term());
    const { rows } = await fresh.pool.query<{ newest: string }>('SELECT floor(extract(epoch FROM max(recorded_at))) AS newest FROM events');
    expect((await opened()).time).toBe(Number(rows[0]?.newest));
  });

  test('is not signed while something visible has waited for its index for more than 30 seconds', async () => {
    await grow(1);
    const waits = `INSERT INTO outbox VALUES ($1, clock_timestamp() - interval '31 seconds', gen_random_uuid(), 1)`;
    await fresh.pool.query(waits, [fresh.id]);
    const writer = writerOn();
    expect(await writer.step(term())).toBe(false);
    expect(await new LogFolder(root).checkpoint()).toBeUndefined();
    await fresh.pool.query('DELETE FROM outbox');
    expect(await writer.step(term())).toBe(true);
    await demandSoundFolder();
  });

  test('is not signed by a relay that leads no more', async () => {
    await grow(1);
    await expect(writerOn().step({ leads: () => true, fencing: '0' })).rejects.toThrow('another relay leads');
    await expect(writerOn().step({ leads: () => false, fencing })).rejects.toThrow('another relay leads');
    expect(await new LogFolder(root).checkpoint()).toBeUndefined();
  });

  test('stays where a relay that led until then has a line for the one before it', async () => {
    await grow(1);
    await writerOn().step(term());
    const before = (await new LogFolder(root).checkpoint()) ?? '';
    const size = await grow(1);
    let leads = true;
    /** Another relay takes over between the reading of the checkpoint and its writing. */
    class LateFolder extends LogFolder {
      override async checkpoint(): Promise<string | undefined> {
        const read = await super.checkpoint();
        await writerOn().step(term());
        leads = false;
        return read;
      }
    }
    await writerOn(new LateFolder(root)).attach(parseNote(before).text, '\u2014 witness.example AAAAAAAAAAAA\n', { leads: () => leads });
    expect(await demandSoundFolder()).toBe(size);
    expect(leads).toBe(false);
  });

  test('stays where the term ends while the older one is being written', async () => {
    await grow(1);
    await writerOn().step(term());
    const before = (await new LogFolder(root).checkpoint()) ?? '';
    const size = await grow(1);
    let asked = 0;
    const leads = (): boolean => (asked += 1) === 1;
    class SlowFolder extends LogFolder {
      override async writeCheckpoint(signed: string, mayStill?: () => boolean): Promise<boolean> {
        await writerOn().step(term());
        return super.writeCheckpoint(signed, mayStill);
      }
    }
    await writerOn(new SlowFolder(root)).attach(parseNote(before).text, '\u2014 witness.example AAAAAAAAAAAA\n', { leads });
    expect(await demandSoundFolder()).toBe(size);
    expect(asked).toBe(2);
  });

  test('of two that are written at once is one of them, whole', async () => {
    const folder = new LogFolder(root);
    const notes = ['a', 'b'.repeat(100_000)];
    for (let time = 0; time < 20; time += 1) {
      await Promise.all(notes.map((note) => folder.writeCheckpoint(note)));
      expect(notes).toContain(await folder.checkpoint());
    }
    expect(await readdir(root)).toEqual(['checkpoint']);
  });
});

describe('after a kill', () => {
  test('at any step, before or after it, the next relay continues, and what was signed stays true', async () => {
    let size = await grow(250);
    await writerOn().step(term());
    for (const after of [false, true]) {
      for (let at = 1; at <= 12; at += 1) {
        const before = await opened();
        size = await grow(23);
        await writerOn(new DyingFolder(at, after)).step(term()).catch((error: Error) => expect(error.message).toBe('killed'));
        await writerOn().step(term());
        expect(await demandSoundFolder()).toBe(size);
        const last = await opened();
        const tree = new MerkleTree(sha256, nodesInTiles(sha256, size, async (tile) => (await new LogFolder(root).tile(tile)) ?? Buffer.of()));
        expect(verifyConsistency(sha256, { first: before, second: last, proof: await tree.consistency(before.size, size) })).toBe(true);
      }
    }
  });

  test('between database and folder, the checkpoint that was kept is the one that is published', async () => {
    await grow(3);
    await writerOn(new DyingFolder(3, false)).step(term()).catch(() => undefined);
    const kept = await new Checkpoints(fresh.pool, fresh.id).newest();
    expect(kept).toBeDefined();
    expect(await new LogFolder(root).checkpoint()).toBeUndefined();
    await writerOn(undefined, { clock: () => Date.now() + 60_000 }).step(term());
    expect(await new LogFolder(root).checkpoint()).toBe(kept?.note);
  });

  test('in the middle of a file, the cut draft is removed, and that of somebody who may be writing is not', async () => {
    await grow(3);
    await writerOn().step(term());
    const [cut, young] = ['checkpoint.1.new', 'checkpoint.2.new'];
    for (const name of [cut, young]) await writeFile(join(root, name), 'consent.exa');
    await utimes(join(root, cut), 1, 1);
    await grow(3);
    expect(await writerOn().step(term())).toBe(true);
    await demandSoundFolder();
    expect((await readdir(root)).sort()).toEqual(['checkpoint', young, 'tile']);
  });

  test('tiles that were written for events which then were lost with the database stand in nobody’s way, and are not served', async () => {
    await grow(20);
    await writerOn().step(term());
    const folder = new LogFolder(root);
    const { size } = await opened();
    const lost = Buffer.concat(Array.from({ length: TILE_WIDTH }, (_, at) => sha256(Buffer.from(String(at)))));
    const ahead: Tile[] = [{ level: 0, index: 0, width: TILE_WIDTH }, { level: 0, index: 0, width: size + 10 }, { level: 0, index: 1, width: 5 }, { level: 1, index: 0, width: 1 }];
    for (const tile of ahead) {
      await folder.writeTile(tile, lost.subarray(0, 32 * tile.width));
      expect(await folder.signedTile(tile)).toBeUndefined();
    }
    expect(await folder.signedTile({ level: 0, index: 0, width: size })).toBeDefined();
    for (const count of [10, 300]) {
      await grow(count);
      expect(await writerOn().step(term())).toBe(true);
      await demandSoundFolder();
    }
  });

  test('a folder that was lost is written anew, the same to the last byte', async () => {
    await grow(300);
    await writerOn().step(term());
    const before = [await readFile(join(root, 'tile/0/000')), await readFile(join(root, 'tile/entries/000')), (await opened()).root];
    await rm(root, { recursive: true });
    await grow(2);
    const writer = writerOn();
    await writer.step(term());
    await writer.step(term());
    await demandSoundFolder();
    expect([await readFile(join(root, 'tile/0/000')), await readFile(join(root, 'tile/entries/000'))]).toEqual(before.slice(0, 2));
  });

  test.each([
    ['is removed', async () => rm(root, { recursive: true })],
    ['is put back as it was', async () => {
      await rm(root, { recursive: true });
      await cp(`${root}-kept`, root, { recursive: true });
    }],
  ])('a folder that %s under a relay that runs is whole again', async (_what, happen) => {
    const writer = writerOn();
    await grow(20);
    await writer.step(term());
    await cp(root, `${root}-kept`, { recursive: true });
    await grow(300);
    await writer.step(term());
    await happen();
    const size = await grow(2);
    while ((await new LogFolder(root).size()) < size) await writer.step(term());
    expect(await demandSoundFolder()).toBe(size);
    await rm(`${root}-kept`, { recursive: true });
  });
});

describe('nothing is signed', () => {
  beforeEach(async () => {
    await grow(40);
    await writerOn().step(term());
    await grow(1);
  });
  const refused = async (writer = writerOn(), message?: RegExp): Promise<void> => {
    const before = await new LogFolder(root).checkpoint();
    await expect(writer.step(term())).rejects.toThrow(message);
    expect(await new LogFolder(root).checkpoint()).toBe(before);
  };

  test('when the database is behind the newest checkpoint outside it: an old backup', async () => {
    await fresh.pool.query('DELETE FROM leaves WHERE idx >= 20');
    await refused(undefined, /behind the log.*recover/);
  });
  test('when the database was restored and has gone another way', async () => {
    await fresh.pool.query(`UPDATE leaves SET hash = sha256(hash) WHERE idx = 30`);
    await refused(undefined, /another event at index 30/);
  });
  test('when an event that waits for its tile no longer has the hash that it was given', async () => {
    await fresh.pool.query('UPDATE events SET bytes = bytes || \'x\'::bytea WHERE (person, seq) = (SELECT person, seq FROM leaves ORDER BY idx DESC LIMIT 1)');
    await refused(undefined, /no longer has the hash/);
  });
  test('when a tile was changed, or is missing', async () => {
    const { size } = await opened();
    const path = join(root, `tile/0/000.p/${size}`);
    const bytes = await readFile(path);
    bytes[40] = (bytes[40] ?? 0) ^ 1;
    await writeFile(path, bytes);
    await refused();
    await rm(path);
    await refused(undefined, /lacks tile 0\/0/);
  });
  test('when the checkpoint in the folder is of another log or key', async () => {
    await refused(writerOn(undefined, { keyring: createKeyring(fresh.keyring.origin) }), /not signed by/);
    await refused(writerOn(undefined, { keyring: createKeyring('other.test') }), /not of other.test/);
  });
  test('when a checkpoint of the same size with another root was kept', async () => {
    await fresh.pool.query('UPDATE checkpoints SET root = sha256(root)');
    await refused(undefined, /different roots/);
  });
  test('over a tile that stands with other bytes', async () => {
    const folder = new LogFolder(root);
    const { size } = await opened();
    const [signed, ahead] = [{ level: 0, index: 0, width: size }, { level: 0, index: 0, width: size + 1 }];
    await expect(folder.writeTile(signed, Buffer.alloc(32 * size, 1))).rejects.toBeInstanceOf(LogForked);
    await folder.writeTile(ahead, Buffer.alloc(32 * (size + 1)));
    await folder.writeTile(ahead, Buffer.alloc(32 * (size + 1), 1));
    expect(Buffer.from((await folder.tile(ahead)) ?? []).equals(Buffer.alloc(32 * (size + 1), 1))).toBe(true);
  });
});
