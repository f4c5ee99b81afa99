import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { newHolderId } from '#ledger';
import { LogFolder } from '#log-folder';
import { Lease, sequencePage } from '#outbox';
import { decodeBundle, leafHash, openCheckpoint, parseVerifier, rootOf, verifyEvent } from '#proof';
import { checkEd25519, sha256 } from '#vault';
import { CheckpointWriter } from '../../apps/relay/src/log/checkpoint-writer.js';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';

let api: TestApi;
let publish: () => Promise<void>;
const WHY = { 'samtycke-reason': 'a test' };

beforeAll(async () => {
  api = await testApi();
  const { pool, id, keyring } = api.fresh;
  const fencing = (await new Lease(pool, id, 'relay', newHolderId()).take())?.fencing ?? '';
  const writer = new CheckpointWriter({ pool, ledger: id, keyring, folder: new LogFolder(api.logDir), clock: Date.now });
  publish = async () => {
    while ((await sequencePage(pool, id, fencing)).length > 0);
    await writer.step({ fencing, leads: () => true });
  };
});
afterAll(async () => {
  await api.close();
});

async function given(): Promise<string> {
  const { body } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  return body.person as string;
}
const checkpoint = async () => openCheckpoint((await api.get('/log/checkpoint').expect(200)).text, parseVerifier(sha256, api.fresh.keyring.log.verifier), checkEd25519);
const traces = async (): Promise<{ what: string; reason: string; person: string; reader: string }[]> =>
  (await api.fresh.pool.query('SELECT what, reason, person, reader FROM reads ORDER BY read_at')).rows;

describe('the log in public', () => {
  test('says that there is no checkpoint before the first', async () => {
    await api.get('/log/checkpoint').expect(404, /checkpoint_missing/);
    await api.get(`/v1/people/${await given()}/proof?format=json`, api.keys['audit:read'], WHY).expect(503, /checkpoint_missing/);
  });

  test('serves checkpoint and tiles to anybody, to pages of any origin too, tiles to be kept for ever, with the root that was signed', async () => {
    await given();
    await publish();
    const { size, root } = await checkpoint();
    const served = await api.get('/log/checkpoint');
    expect([served.headers['content-type'], served.headers['cache-control']]).toEqual(['text/plain; charset=utf-8', 'no-cache']);
    const tile = await api.get(`/log/tile/0/000.p/${size}`).expect(200);
    expect([served.headers['access-control-allow-origin'], tile.headers['access-control-allow-origin']]).toEqual(['*', '*']);
    expect([tile.headers['content-type'], tile.headers['cache-control']]).toEqual(['application/octet-stream', 'public, max-age=31536000, immutable']);
    const hashes = Array.from({ length: size }, (_, at) => (tile.body as Buffer).subarray(at * 32, at * 32 + 32));
    expect(Buffer.from(rootOf(sha256, hashes))).toEqual(Buffer.from(root));
  });

  test('that is not signed is a number to alert on: how long ago the first event was recorded that lies in no checkpoint, also while no relay gives it an index', async () => {
    const { pool, id } = api.fresh;
    const unsigned = async (): Promise<number> => Number(/^samtycke_log_unsigned_seconds (\S+)$/m.exec((await api.get('/metrics').expect(200)).text)?.[1]);
    expect(await unsigned()).toBe(0);
    await given();
    const waiting = await unsigned();
    expect(waiting).toBeGreaterThan(0);
    const { rows } = await pool.query<{ fencing: string }>(`SELECT fencing FROM leases WHERE ledger = $1 AND role = 'relay'`, [id]);
    while ((await sequencePage(pool, id, rows[0]?.fencing ?? '')).length > 0);
    const before = await unsigned();
    expect([before > waiting, (await unsigned()) > before]).toEqual([true, true]);
    await publish();
    expect(await unsigned()).toBe(0);
  });

  test('serves no other file, however the path is written', async () => {
    for (const path of ['tile/0/001', 'tile/0/000.p/255', 'tile/0/0', 'tile/9/000', 'tile/0/..%2f..%2fcheckpoint', 'tile/0/../../checkpoint.new', 'tile/0/%2e%2e/checkpoint', 'tile/0/000.p/1/../1', 'tile//000']) {
      await api.get(`/log/${path}`).expect(404);
    }
    await api.get('/log/tile/%65ntries/000.p/1').expect(401);
    await api.get('/log/tile/%65ntries/000.p/1', api.keys['audit:read'], WHY).expect(404);
  });

  test('serves entries to auditors alone, byte for byte, and notes who read which range and why', async () => {
    const { size, root } = await checkpoint();
    const path = `/log/tile/entries/000.p/${size}`;
    await api.get(path).expect(401);
    await api.get(path, api.keys['consents:read'], WHY).expect(403);
    await api.get(path, api.keys['audit:read']).expect(400, /reason_required/);
    await api.get('/log/tile/entries/007', api.keys['audit:read'], WHY).expect(404);
    expect(await traces()).toEqual([]);
    const { body, headers } = await api.get(path, api.keys['audit:read'], WHY).expect(200);
    expect([headers['cache-control'], headers['access-control-allow-origin']]).toEqual(['private, no-store', undefined]);
    const entries = decodeBundle(body as Buffer);
    expect(Buffer.from(rootOf(sha256, entries.map((entry) => leafHash(sha256, entry))))).toEqual(Buffer.from(root));
    expect(await traces()).toEqual([{ what: `log entries 0-${size - 1}`, reason: 'a test', person: '00000000-0000-0000-0000-000000000000', reader: 'crm' }]);
  });
});

describe('the proof of a person’s events', () => {
  test('convinces whoever has the key, page by page, and leaves a trace', async () => {
    const person = await given();
    await api.post('/v1/consents', { subject: { person }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }, api.keys['consents:write']).expect(201);
    const proof = (query = '') => api.get(`/v1/people/${person}/proof${query}`, api.keys['audit:read'], { ...WHY, accept: 'application/json' });
    const early = await proof().expect(200);
    expect(early.body).toMatchObject({ events: [], waiting: 2 });
    await publish();
    const { body } = await proof('?format=json').expect(200);
    const history = await api.get(`/v1/people/${person}/history`, api.keys['audit:read'], WHY).expect(200);
    expect(body.events.map((event: { index: number; event: string }) => [event.index, event.event])).toEqual(history.body.events.map((event: { index: number; event: string }) => [event.index, event.event]));
    expect(body).toMatchObject({ person, waiting: 0, key: api.fresh.keyring.log.verifier });
    for (const event of body.events) expect(verifyEvent(event, body.checkpoint, body.key, { sha256, check: checkEd25519 })).toBe(true);
    const [first, second] = body.events;
    expect(verifyEvent({ ...first, entry: second.entry }, body.checkpoint, body.key, { sha256, check: checkEd25519 })).toBe(false);
    const page = await proof('?limit=1').expect(200);
    expect([page.body.events.length, page.body.next]).toEqual([1, 1]);
    expect((await proof('?limit=1&cursor=1').expect(200)).body.events).toEqual([second]);
    expect((await traces()).filter((trace) => trace.person === person && trace.what === 'proof')).toHaveLength(4);
    await proof('?format=pdf').expect(400);
    await api.get(`/v1/people/${newHolderId()}/proof`, api.keys['audit:read'], WHY).expect(404);
  });
});
