import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { packFiles, preparePack, streamPack, type PackSource } from '#evidence-pack';
import { LogFolder } from '#log-folder';
import { verifyPack } from '#proof';
import { keepAcks } from '#propagation';
import { until } from '#testing';
import { NEWSLETTER, ORIGIN, someone } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';
import { mailbox } from '../setup/mailbox.js';
import { packWorld, primitives, textIn, unpack, WHY, type PackWorld } from './world.js';

let world: PackWorld;
let worker: ReturnType<typeof followedBy>;
let mails: ReturnType<typeof mailbox>;
beforeAll(async () => {
  world = await packWorld();
  worker = followedBy(world.api);
  mails = mailbox(world.api);
});
afterAll(async () => {
  await worker.close();
  await mails.close();
  await world.close();
});

const source = (): PackSource => {
  const { pool, id: ledger, keys, keyring } = world.api.fresh;
  return { pool, ledger, origin: keyring.origin, keys, folder: new LogFolder(world.api.logDir), signing: { at: async () => [keyring.log] } };
};
const holds = async (person: string, query = ''): Promise<Map<string, Uint8Array>> => {
  const files = await world.filesOf(person, query);
  const { findings } = verifyPack(files, world.trust, primitives);
  expect(findings.filter(({ state }) => state === 'fails')).toEqual([]);
  return files;
};

describe('the evidence pack', () => {
  test('of a merged person has every chain that belongs to him, each whole', async () => {
    const [one, other] = [await world.given(), await world.given()];
    await world.api.post(`/v1/people/${one}/merge`, { into: other }, world.api.keys['people:write']).expect(200);
    await worker.follow();
    await world.publish();
    const files = await holds(other);
    const { chains } = JSON.parse(textIn(files, 'about.json')) as { chains: { person: string; role: string }[] };
    expect(chains.map(({ person }) => person)).toEqual([other, one]);
    expect(chains[1]?.role).toContain('merged into');
    const { rows } = await world.api.fresh.pool.query('SELECT person FROM reads');
    expect(rows.map(({ person }) => person).sort()).toEqual([one, other].sort());
  });

  test('leaves its trace for everybody who is in it, also where the worker has not come to the merge yet', async () => {
    const [one, other] = [await world.given(), await world.given()];
    await world.api.post(`/v1/people/${one}/merge`, { into: other }, world.api.keys['people:write']).expect(200);
    await world.publish();
    expect([...(await holds(other)).keys()]).toContain(`events/${one}.ndjson`);
    const { rows } = await world.api.fresh.pool.query('SELECT person FROM reads WHERE person = ANY ($1)', [[one, other]]);
    expect(rows.map(({ person }) => person).sort()).toEqual([one, other].sort());
    await worker.follow();
  });

  test('and the answer to an access request have nothing more of whoever was split off, though the worker has not come to it', async () => {
    const [left, stays] = [someone(), someone()];
    const [one, other] = [await world.given(left), await world.given(stays)];
    const text = (files: Map<string, Uint8Array>): string => [...files].filter(([name]) => name !== 'proof.pdf').map(([name, bytes]) => name + Buffer.from(bytes).toString()).join();
    await world.api.post(`/v1/people/${one}/merge`, { into: other }, world.api.keys['people:write']).expect(200);
    await worker.follow();
    await world.publish();
    expect(text(await holds(other, '?open=all'))).toContain(left.email);
    await world.api.post(`/v1/people/${one}/split`, {}, world.api.keys['people:write']).expect(200);
    // By what is signed so far he is a part still: without his chain the pack would not hold. His evidence is his own again.
    const before = await holds(other, '?open=all');
    expect([...before.keys()]).toContain(`events/${one}.ndjson`);
    expect([text(before).includes(left.email), text(before).includes(stays.email)]).toEqual([false, true]);
    const { rows } = await world.api.fresh.pool.query('SELECT what FROM reads WHERE person = $1 ORDER BY id DESC LIMIT 1', [one]);
    expect(rows).toEqual([{ what: 'evidence pack' }]);
    await world.decide(one, 'withdraw');
    await world.publish();
    const after = await holds(other, '?open=all');
    expect([...after.keys()].filter((name) => name.startsWith('events/'))).toEqual([`events/${other}.ndjson`]);
    expect([text(after).includes(left.email), text(after).includes(stays.email)]).toEqual([false, true]);
    const { body } = await world.api.post(`/v1/people/${other}/access`, {}, world.api.keys['people:write'], WHY).expect(200);
    expect(body.identifiers.map(({ value }: { value: string }) => value)).toEqual([stays.email]);
    await worker.follow();
  }, 30_000);

  test('of an erased person still verifies, names nobody, and says what was erased and on which ground', async () => {
    const subject = someone();
    const person = await world.given(subject);
    const asked = world.api.post(`/v1/people/${person}/erase`, { kept: [{ category: 'contact', ground: 'contract', until: '2030-01-01T00:00:00Z' }] }, world.api.keys['people:write']).expect(200);
    const gone = async (): Promise<boolean> => {
      await worker.follow();
      return (await world.api.fresh.pool.query('SELECT 1 FROM person_keys WHERE person = $1', [person])).rowCount === 0;
    };
    await Promise.all([asked, until(gone)]);
    await world.publish();
    const files = await holds(person, '?open=all');
    const { chains } = JSON.parse(textIn(files, 'about.json')) as { chains: { erased?: unknown }[] };
    expect(chains[0]?.erased).toMatchObject({ ground: expect.any(String), kept: [{ category: 'contact', ground: 'contract' }] });
    expect([...files.keys()].filter((name) => name.startsWith('evidence/'))).toEqual([]);
    for (const [name, bytes] of files) expect(name + Buffer.from(bytes).toString('latin1')).not.toContain(subject.email.split('@')[0]);
  });

  test('of somebody whose erasure stands and is still being carried out opens nothing', async () => {
    const subject = someone();
    const person = await world.given(subject);
    await world.publish();
    expect([...(await holds(person, '?open=all')).keys()].some((name) => name.startsWith('evidence/'))).toBe(true);
    await world.api.post(`/v1/people/${person}/erase`, {}, world.api.keys['people:write']).expect(200);
    expect((await world.api.fresh.pool.query('SELECT FROM evidence WHERE person = $1', [person])).rowCount).toBeGreaterThan(0);
    for (const published of [false, true]) {
      if (published) await world.publish();
      const files = await holds(person, '?open=all');
      expect([...files.keys()].filter((name) => name.startsWith('evidence/'))).toEqual([]);
      for (const [name, bytes] of files) expect(name + Buffer.from(bytes).toString('latin1')).not.toContain(subject.email.split('@')[0]);
    }
    await worker.follow();
  });

  test('of a part whose whole was erased opens nothing, though the worker has not come to him', async () => {
    const [one, other] = [await world.given(), await world.given()];
    await world.api.post(`/v1/people/${one}/merge`, { into: other }, world.api.keys['people:write']).expect(200);
    await worker.follow();
    await world.publish();
    expect([...(await holds(one, '?open=all')).keys()].some((name) => name.startsWith('evidence/'))).toBe(true);
    await world.api.post(`/v1/people/${other}/erase`, {}, world.api.keys['people:write']).expect(200);
    for (const person of [one, other]) {
      const files = await holds(person, '?open=all');
      expect([...files.keys()].filter((name) => name.startsWith('evidence/'))).toEqual([]);
      expect(JSON.parse(textIn(files, 'about.json'))).toMatchObject({ opened: [], notIncluded: expect.arrayContaining([expect.stringContaining('with the one whom that person was merged into')]) });
      const { rows } = await world.api.fresh.pool.query('SELECT what FROM reads WHERE person = $1 ORDER BY id DESC LIMIT 1', [person]);
      expect(rows).toEqual([{ what: 'evidence pack' }]);
    }
    await worker.follow();
  });

  test('of a part whose whole is erased while it is sent opens nothing from then on, though the worker has not come to either', async () => {
    const [one, other] = [await world.given(), await world.given()];
    await world.api.post(`/v1/people/${one}/merge`, { into: other }, world.api.keys['people:write']).expect(200);
    await worker.follow();
    await world.publish();
    const ofThePart = await preparePack(source(), { person: one, open: 'all' });
    const sending = packFiles(await preparePack(source(), { person: other, open: 'all' }));
    let erased = false;
    const [before, after]: [string[], string[]] = [[], []];
    for await (const { name } of sending) {
      (erased ? after : before).push(name);
      if (erased || !name.startsWith('evidence/')) continue;
      await world.api.post(`/v1/people/${other}/erase`, {}, world.api.keys['people:write']).expect(200);
      erased = true;
    }
    const { rows } = await world.api.fresh.pool.query<{ person: string; event: string }>('SELECT person, event FROM evidence WHERE person = ANY ($1)', [[one, other]]);
    const [own] = rows.filter(({ person }) => person === other);
    expect(rows.some(({ person }) => person === one)).toBe(true);
    // What was read of an event before the erasure is that event's; of no other anything follows.
    expect([...before, ...after].filter((name) => name.startsWith('evidence/') && !name.startsWith(`evidence/${own?.event}/`))).toEqual(after.filter((name) => name === 'evidence/openings.json'));
    const files = unpack(Buffer.concat((await streamPack(ofThePart).toArray()) as Buffer[]));
    expect(verifyPack(files, world.trust, primitives)).toMatchObject({ holds: true });
    expect([...files.keys()].filter((name) => name.startsWith('evidence/'))).toEqual([]);
    await worker.follow();
  }, 30_000);

  test('of somebody who is erased while it is sent opens nothing from then on, and still verifies', async () => {
    const subject = someone();
    const person = await world.given(subject);
    await world.publish();
    const content = await preparePack(source(), { person, open: 'all' });
    await world.api.post(`/v1/people/${person}/erase`, {}, world.api.keys['people:write']).expect(200);
    const files = unpack(Buffer.concat((await streamPack(content).toArray()) as Buffer[]));
    expect(verifyPack(files, world.trust, primitives)).toMatchObject({ holds: true });
    expect([...files.keys()].filter((name) => name.startsWith('evidence/'))).toEqual([]);
    await worker.follow();
  });

  test('is refused where its files would make it too large to be verified, and made without them', async () => {
    const upload = world.api.post('/v1/evidence', undefined, world.api.keys['consents:backdate'], { 'content-type': 'application/pdf' }).serialize((body: unknown) => body as string);
    const { body: sent } = await upload.send(Buffer.concat([Buffer.from('%PDF-1.7'), Buffer.alloc(50_000)])).expect(201);
    const { body } = await world.api.post('/v1/consents', { ...NEWSLETTER, subject: someone(), capture: { method: 'paper', point: 'fair' }, evidence: [{ file: sent.id }] }, world.api.keys['consents:backdate']).expect(201);
    await world.publish();
    const { person } = body as { person: string };
    const mostBytes = 50_000;
    for (const open of ['all', ['file']] as const) await expect(preparePack(source(), { person, open, mostBytes })).rejects.toMatchObject({ status: 422, code: 'pack_too_large', message: expect.stringContaining('open fewer kinds') });
    expect((await preparePack(source(), { person, open: ['identifier', 'ip'], mostBytes })).about.opened).toEqual(['identifier', 'ip']);
    expect((await preparePack(source(), { person, open: 'all' })).about.opened).toBe('all');
  });

  test('waits for a checkpoint over the newest event, and reads the history anew only once there is one', async () => {
    const person = await world.given();
    await world.publish();
    await world.decide(person, 'withdraw');
    let read = 0;
    const query = (text: string, values: unknown[]): Promise<unknown> => {
      if (text.includes('sha256')) read += 1;
      return world.api.fresh.pool.query(text, values);
    };
    const counted = { ...source(), pool: { query } as unknown as PackSource['pool'] };
    expect((await preparePack(counted, { person, open: [], waitMs: 1_000 })).about.chains).toMatchObject([{ events: 1, waiting: 1 }]);
    expect(read).toBe(2);
    const making = preparePack(source(), { person, open: [], waitMs: 20_000 });
    await world.publish();
    expect((await making).about.chains).toMatchObject([{ events: 2, waiting: 0 }]);
  });

  test('says which systems acted on an event, and after how long, as they stated it: not proven', async () => {
    const person = await world.given();
    await world.publish();
    const { pool, id } = world.api.fresh;
    const { rows: [event] } = await pool.query<{ event: string; recorded_at: Date }>(`SELECT event, recorded_at FROM events WHERE person = $1`, [person]);
    const appliedAt = new Date((event?.recorded_at.getTime() ?? 0) + 12).toISOString();
    await keepAcks(pool, id, [{ system: 'newsletter', event: event?.event ?? '', person, purpose: 'newsletter', version: 1, outcome: 'applied', appliedAt }]);
    const files = await world.filesOf(person);
    expect(verifyPack(files, world.trust, primitives)).toMatchObject({ holds: true });
    expect(JSON.parse(textIn(files, 'about.json')).stated).toMatchObject({ note: expect.stringContaining('not proven'), acknowledgements: [{ event: event?.event, systems: [{ system: 'newsletter', state: 'acted', appliedAt, afterMs: 12 }] }] });
  });

  test('of a double opt-in has the mail, without its secret, marked as stated and not proven', async () => {
    const subject = someone();
    await world.api.post('/v1/consents', { subject, ...NEWSLETTER }, world.api.siteKey, { origin: ORIGIN }).expect(202);
    await mails.follow();
    const link = mails.linkIn(mails.to(subject.email)[0]);
    await world.api.post(link, {}).expect(200);
    await world.publish();
    const { body } = await world.api.post('/v1/people/lookup', { subject }, world.api.keys['people:read']).expect(200);
    const files = await holds(body.person as string);
    const [mail] = [...files.keys()].filter((name) => name.startsWith('mails/'));
    const text = textIn(files, mail ?? '');
    expect(text).toContain('Bekräfta: Nyhetsbrev');
    expect(text).not.toContain(link.slice('/c/'.length));
    expect(JSON.parse(textIn(files, 'about.json')).stated).toMatchObject({ note: expect.stringContaining('not proven'), mails: [{ file: mail, sentAt: expect.any(String), note: expect.stringContaining('was not kept') }] });
  });
});
