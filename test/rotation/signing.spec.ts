import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { readKeyChanges } from '#ledger';
import { cosignedAt, followKeyChanges, MerkleTree, nodesInTiles, parseNote, parseVerifier, verifierText, verifyConsistency } from '#proof';
import { prepareSigning, retireSigning, RotationRefused, rotateSigning, SigningKeys } from '#rotation';
import { checkEd25519, createKeyring, KeyMissing, readKeyring, sha256, type Keyring } from '#vault';
import { DAY_MS, openBy, signedBy, signingWorld, type SigningWorld } from './signing-world.js';
import { Killed } from './world.js';

let world: SigningWorld;
let old: Keyring;
beforeEach(async () => {
  world = await signingWorld();
  old = readKeyring(world.keyring);
});
afterEach(() => world.close());

const changes = () => readKeyChanges(world.fresh.pool, world.fresh.id);
const killed = (): never => {
  throw new Killed('killed');
};

describe('a change of the log’s key', () => {
  test('is one event of the ledger itself, signed by the old key; the keyring names the new one and keeps the old', async () => {
    await world.publish();
    const { verifier, changed } = await rotateSigning(world.options());
    const ring = readKeyring(world.keyring);
    expect([changed, ring.log.verifier, ring.beside?.log]).toEqual([true, verifier, { former: [old.log] }]);
    const found = await changes();
    expect(JSON.parse(found[0]?.bytes.toString() ?? '')).toMatchObject({ type: 'key-changed', kind: 'ledger', purpose: '~ledger', actor: { kind: 'ledger', id: 'keys-rotate' }, fact: { role: 'log', key: verifier.split('+', 2).join('+') } });
    const { following, findings } = followKeyChanges({ ledger: ring.origin, role: 'log', changes: found, given: [parseVerifier(sha256, old.log.verifier)] }, { sha256, check: checkEd25519 });
    expect([found.length, following.map(verifierText), findings.map(({ state }) => state)]).toEqual([1, [verifier], ['holds']]);
  });

  test('is seen by a relay that runs: for 30 days every checkpoint carries both signatures, afterwards the new one’s only', async () => {
    expect(signedBy(await world.publish(), old.log.verifier)).toEqual([true]);
    const { verifier } = await rotateSigning(world.options());
    for (const [later, both] of [[0, true], [29.9 * DAY_MS, true], [30.1 * DAY_MS, false]] as const) {
      expect(signedBy(await world.publish(later), old.log.verifier, verifier)).toEqual([both, true]);
    }
  });

  test('is no obstacle to a relay that starts on a checkpoint of the old key, nor to one that starts a month later', async () => {
    const first = openBy(await world.publish(), old.log.verifier);
    const { verifier } = await rotateSigning(world.options());
    world.restart();
    expect(openBy(await world.publish(), verifier).size).toBeGreaterThan(first.size);
    await world.publish(31 * DAY_MS);
    world.restart();
    expect(signedBy(await world.publish(31 * DAY_MS), old.log.verifier, verifier)).toEqual([false, true]);
  });

  test('leaves the log one log: a checkpoint by the old key is the beginning of one by the new, and the operator cosigns both', async () => {
    const first = await world.publish();
    const { verifier } = await rotateSigning(world.options());
    const last = await world.publish(31 * DAY_MS);
    const [before, after] = [openBy(first, old.log.verifier), openBy(last, verifier)];
    const tree = new MerkleTree(sha256, nodesInTiles(sha256, after.size, async (tile) => (await world.folder.tile(tile)) ?? Buffer.of()));
    expect(verifyConsistency(sha256, { first: before, second: after, proof: await tree.consistency(before.size, after.size) })).toBe(true);
    for (const note of [first, last]) expect(cosignedAt(parseNote(note), parseVerifier(sha256, old.cosigner?.verifier ?? ''), checkEd25519)).toBeGreaterThan(0);
  });

  test('killed between any two steps and run again is made once, with the key that it began with', async () => {
    const prepared = await prepareSigning(world.options());
    await expect(rotateSigning(world.options({ mayWrite: async () => killed() }))).rejects.toThrow('killed');
    expect([await changes(), readKeyring(world.keyring).log]).toEqual([[], old.log]);
    await expect(rotateSigning(world.options({ announce: killed }))).rejects.toThrow('killed');
    expect([(await changes()).length, readKeyring(world.keyring).log]).toEqual([1, old.log]);
    expect(signedBy(await world.publish(), old.log.verifier, prepared)).toEqual([true, true]);
    const told: string[] = [];
    expect(await rotateSigning(world.options({ announce: (verifier) => void told.push(verifier) }))).toMatchObject({ verifier: prepared, changed: true });
    expect(told).toEqual([prepared]);
    expect(await rotateSigning(world.options())).toMatchObject({ verifier: prepared, changed: false });
    expect([(await changes()).length, readKeyring(world.keyring).log.verifier]).toEqual([1, prepared]);
  });

  test('run twice at once is made once', async () => {
    const made = await Promise.all([rotateSigning(world.options()), rotateSigning(world.options())]);
    expect(made.map(({ changed }) => changed).sort()).toEqual([false, true]);
    expect(new Set(made.map(({ verifier }) => verifier)).size).toBe(1);
    expect(await changes()).toHaveLength(1);
  });

  test('made again before 30 days are over lets all of the keys sign that still do', async () => {
    await world.publish();
    const second = await rotateSigning(world.options());
    const third = await rotateSigning(world.options(), { again: true });
    expect(third.verifier).not.toBe(second.verifier);
    expect(signedBy(await world.publish(), old.log.verifier, second.verifier, third.verifier)).toEqual([true, true, true]);
    expect(signedBy(await world.publish(31 * DAY_MS), old.log.verifier, second.verifier, third.verifier)).toEqual([false, false, true]);
  });

  test.each([['the first', 0], ['the second', 1]])('that is lost with the newest commits (%s) refuses nobody who knows the old key: both sign, and run again it is recorded anew by the old one', async (_which, before) => {
    for (let at = 0; at < before; at += 1) await rotateSigning(world.options());
    await world.publish();
    const former = readKeyring(world.keyring).log;
    const { verifier } = await world.losing(() => rotateSigning(world.options(), { again: true }));
    world.restart();
    for (const later of [0, 31 * DAY_MS]) expect(signedBy(await world.publish(later), former.verifier, verifier)).toEqual([true, true]);
    expect([(await changes()).length, readKeyring(world.keyring).log.verifier]).toEqual([before, verifier]);
    expect(await rotateSigning(world.options())).toMatchObject({ verifier, changed: true });
    expect(await rotateSigning(world.options())).toMatchObject({ verifier, changed: false });
    const { following, findings } = followKeyChanges({ ledger: old.origin, role: 'log', changes: await changes(), given: [parseVerifier(sha256, old.log.verifier)] }, { sha256, check: checkEd25519 });
    expect([following.map(verifierText).at(-1), findings.map(({ state }) => state)]).toEqual([verifier, Array.from({ length: before + 1 }, () => 'holds')]);
    expect(signedBy(await world.publish(62 * DAY_MS), former.verifier, verifier)).toEqual([false, true]);
  });

  test('begins with no other keyring than the ledger’s own, and changes nothing then', async () => {
    await world.publish();
    const right = readFileSync(world.keyring, 'utf8');
    const wrong = JSON.stringify({ ...old, log: createKeyring(old.origin).log });
    writeFileSync(world.keyring, wrong);
    await expect(rotateSigning(world.options())).rejects.toThrow(RotationRefused);
    expect([readFileSync(world.keyring, 'utf8'), await changes()]).toEqual([wrong, []]);
    writeFileSync(world.keyring, right);
    copyFileSync(world.keyring, `${world.keyring}.old`);
    await rotateSigning(world.options());
    await expect(rotateSigning(world.options({ keyring: `${world.keyring}.old` }))).rejects.toThrow('its log key is another');
  });

  test('on a machine without the new key stops whoever signs there, with the name of the key', async () => {
    const elsewhere = new SigningKeys({ pool: world.fresh.pool, ledger: world.fresh.id, keyring: structuredClone(old) });
    const { verifier } = await rotateSigning(world.options());
    await expect(elsewhere.current('log')).rejects.toThrow(KeyMissing);
    await expect(elsewhere.current('log')).rejects.toThrow(verifier.split('+', 2).join('+'));
  });

  test('lets the old private key go when it has ceased to sign, not a day before; its public half stays', async () => {
    await rotateSigning(world.options());
    expect(await retireSigning(world.options({ clock: () => Date.now() + 29 * DAY_MS }))).toEqual([]);
    expect(await retireSigning(world.options({ clock: () => Date.now() + 31 * DAY_MS }))).toEqual([old.log.verifier.split('+', 2).join('+')]);
    const ring = readKeyring(world.keyring);
    expect(ring.beside?.log?.former).toEqual([{ verifier: old.log.verifier }]);
    const keys = new SigningKeys({ pool: world.fresh.pool, ledger: world.fresh.id, keyring: ring });
    expect(await keys.verifiers('log')).toEqual([ring.log.verifier, old.log.verifier]);
    await expect(keys.at('log', Date.now() / 1_000)).rejects.toThrow(KeyMissing);
    expect(await keys.at('log', Date.now() / 1_000 + 31 * 86_400)).toEqual([ring.log]);
  });
});

test('the operator’s cosigner key changes in the same way: both cosign for 30 days, and neither is mistaken for the log’s', async () => {
  await world.publish();
  const { verifier } = await rotateSigning(world.options({ role: 'cosigner' }));
  const before = old.cosigner?.verifier ?? '';
  for (const [later, both] of [[0, true], [31 * DAY_MS, false]] as const) {
    const note = await world.publish(later);
    expect(signedBy(note, old.log.verifier, before, verifier)).toEqual([true, both, true]);
    expect(cosignedAt(parseNote(note), parseVerifier(sha256, verifier), checkEd25519)).toBeGreaterThan(0);
  }
  expect(readKeyring(world.keyring).log).toEqual(old.log);
});
