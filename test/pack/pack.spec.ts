import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { LEDGER_PERSON } from '#contracts';
import { newHolderId } from '#ledger';
import { verifyPack, type Manifest } from '#proof';
import { ORIGIN, someone } from '../setup/api.js';
import { packWorld, primitives, textIn, unpack, WHY, type PackWorld } from './world.js';

let world: PackWorld;
beforeAll(async () => {
  world = await packWorld();
});
afterAll(async () => {
  await world.close();
});
const auditor = (): string => world.api.keys['audit:read'];
const wrong = (report: ReturnType<typeof verifyPack>): string[] => report.findings.filter(({ state }) => state === 'fails').map(({ text }) => text);

/** A person who agreed, withdrew and agreed again, with checkpoints between. */
async function changeable(): Promise<{ person: string; email: string }> {
  const subject = someone();
  const person = await world.given(subject);
  await world.publish();
  await world.decide(person, 'withdraw');
  await world.given();
  await world.publish();
  await world.decide(person, 'grant');
  await world.given();
  await world.publish();
  return { person, ...subject };
}

describe('an evidence pack', () => {
  test('is 503 before a checkpoint commits to the person, 404 for nobody, 400 for evidence of no kind, and needs the right to audit', async () => {
    const person = await world.given();
    await world.api.get(`/v1/people/${person}/proof`, auditor(), WHY).expect(503, /checkpoint_missing/);
    await world.publish();
    const later = await world.given();
    await world.api.get(`/v1/people/${later}/proof`, auditor(), WHY).expect(503, /checkpoint_behind/);
    await world.api.get(`/v1/people/${newHolderId()}/proof`, auditor(), WHY).expect(404);
    await world.api.get(`/v1/people/${person}/proof?open=everything`, auditor(), WHY).expect(400, /evidence_kind_unknown/);
    await world.api.get(`/v1/people/${person}/proof?since=x`, auditor(), WHY).expect(400);
    await world.api.get(`/v1/people/${person}/proof`, auditor()).expect(400, /reason_required/);
    await world.api.get(`/v1/people/${person}/proof`, world.api.keys['consents:read'], WHY).expect(403);
  });

  test('convinces whoever has only the pack and the log’s public key that a person agreed to this text at this time, and withdrew', async () => {
    const { person } = await changeable();
    const files = await world.filesOf(person);
    const report = verifyPack(files, world.trust, primitives);
    expect(wrong(report)).toEqual([]);
    expect(report).toMatchObject({ holds: true, statement: { chains: [{ person, events: 3 }] } });
    expect(report.events.map(({ event }) => [event.type, event.notice?.id])).toEqual([['consent-granted', 'newsletter-signup'], ['consent-withdrawn', undefined], ['consent-granted', 'newsletter-signup']]);
    expect(report.findings.map(({ state }) => state)).not.toContain('late');
    expect(report.findings.map(({ text }) => text).join('\n')).toMatch(/3 of 3 lie between two checkpoints/);
    expect(JSON.parse(textIn(files, 'notices/newsletter-signup-1.3-sv.json'))).toMatchObject({ version: '1.3', locale: 'sv', title: expect.any(String), body: expect.any(String) });
    const { files: listed } = JSON.parse(textIn(files, 'manifest.json')) as Manifest;
    expect(listed.map(({ name }) => name).sort()).toEqual([...files.keys()].filter((name) => !['manifest.json', 'statement.txt'].includes(name)).sort());
    expect(textIn(files, 'proof.pdf').slice(0, 5)).toBe('%PDF-');
    expect(textIn(files, 'VERIFY.md')).toContain('samtycke verify pack.zip');
  });

  test('is a file of its own name that nobody keeps, and holds nothing of another person, nor what was not asked to be opened', async () => {
    const { person, email } = await changeable();
    const other = await changeable();
    const answer = await world.api.get(`/v1/people/${person}/proof`, auditor(), WHY).responseType('blob').expect(200);
    expect(answer.headers).toMatchObject({ 'content-type': 'application/zip', 'cache-control': 'no-store', 'content-disposition': expect.stringMatching(`attachment; filename="proof-${person}-[\\d-]+\\.zip"`) });
    const text = [...unpack(answer.body as Buffer)].filter(([name]) => name !== 'proof.pdf').map(([name, bytes]) => name + Buffer.from(bytes).toString('utf8')).join('\n');
    expect(text).not.toContain(other.person);
    for (const private_ of [email, other.email, '127.0.0.0/24']) expect(text).not.toContain(private_);
  });

  test('opens exactly the evidence that is asked for, and the trace says who opened what, and why', async () => {
    const { person, email } = await changeable();
    const some = await world.filesOf(person, '?open=identifier');
    expect(wrong(verifyPack(some, world.trust, primitives))).toEqual([]);
    const opened = (files: Map<string, Uint8Array>): string[] => [...files.keys()].filter((name) => /^evidence\/[0-9a-f-]{36}\//.test(name)).map((name) => name.split('/')[2] ?? '');
    expect(new Set(opened(some))).toEqual(new Set(['identifier']));
    expect([...some].filter(([name]) => name.endsWith('/identifier')).map(([, bytes]) => Buffer.from(bytes).toString())).toContain(email);
    const all = await world.filesOf(person, '?open=all');
    expect(verifyPack(all, world.trust, primitives).holds).toBe(true);
    expect(opened(all).length).toBeGreaterThan(opened(some).length);
    const { rows } = await world.api.fresh.pool.query('SELECT what, reason, reader FROM reads WHERE person = $1 ORDER BY read_at', [person]);
    expect(rows).toEqual([{ what: 'evidence pack, opened: identifier', reason: WHY['samtycke-reason'], reader: 'crm' }, { what: 'evidence pack, all evidence opened', reason: WHY['samtycke-reason'], reader: 'crm' }]);
  });

  test('says how many newer events no checkpoint commits to yet', async () => {
    const { person } = await changeable();
    await world.decide(person, 'withdraw');
    const files = await world.filesOf(person);
    expect(JSON.parse(textIn(files, 'about.json')).chains).toEqual([expect.objectContaining({ person, events: 3, waiting: 1 })]);
    expect(verifyPack(files, world.trust, primitives)).toMatchObject({ holds: true, statement: { chains: [{ events: 3 }] } });
  });

  test('shows how the log has grown from a checkpoint that somebody kept, where it is asked for', async () => {
    await changeable();
    const kept = (await world.api.get('/log/checkpoint').expect(200)).text;
    const size = Number(kept.split('\n')[1]);
    await changeable();
    const { person } = await changeable();
    const trust = { ...world.trust, checkpoints: [kept] };
    expect(verifyPack(await world.filesOf(person), trust, primitives).findings).toContainEqual({ state: 'open', asked: true, text: expect.stringContaining(`a pack since ${size}`) });
    const report = verifyPack(await world.filesOf(person, `?since=${size}`), trust, primitives);
    expect(report.findings).toContainEqual({ state: 'holds', text: `the log of ${size} events that you kept is the beginning of this one` });
    expect(report.holds).toBe(true);
  });

  test('agrees with what the same address answers as JSON, and exists for the ledger’s own facts and for a device', async () => {
    const { person } = await changeable();
    const { body } = await world.api.get(`/v1/people/${person}/proof`, auditor(), { ...WHY, accept: 'application/json' }).expect(200);
    expect(verifyPack(await world.filesOf(person), { ...world.trust, known: [body] }, primitives)).toMatchObject({ holds: true, findings: expect.arrayContaining([{ state: 'holds', text: expect.stringContaining('do not contradict') }]) });
    expect(verifyPack(await world.filesOf(LEDGER_PERSON), world.trust, primitives)).toMatchObject({ holds: true, statement: { chains: [{ kind: 'ledger' }] } });
    const { body: device } = await world.api.post('/v1/devices', {}, world.api.siteKey, { origin: ORIGIN });
    await world.api.post('/v1/consents', { subject: { device: device.token }, decisions: [{ purpose: 'statistics', decision: 'refuse' }], capture: { method: 'banner' } }, world.api.siteKey, { origin: ORIGIN }).expect(201);
    await world.publish();
    expect(verifyPack(await world.filesOf(device.device), world.trust, primitives)).toMatchObject({ holds: true, statement: { chains: [{ kind: 'device', events: 1 }] } });
  });
});
