import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Pool } from 'pg';
import type { LedgerEvent } from '#contracts';
import { until } from '#testing';
import { openEvidence } from '#vault';
import { CurrentCatalogue } from '../../apps/api/src/catalogue/catalogue-in-force.js';
import { Attachments } from '../../apps/api/src/evidence/attach.js';
import { FileTurn, Uploads } from '../../apps/api/src/evidence/uploads.js';
import { PeopleTables } from '../../apps/api/src/people/people-tables.js';
import { PersonConsents } from '../../apps/api/src/people/person-consents.js';
import { HeldOnPeople } from '../../apps/api/src/rights/export.js';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';
import { mailbox } from '../setup/mailbox.js';

let api: TestApi;
let port: number;
beforeAll(async () => {
  api = await testApi();
  await api.app.listen(0, '127.0.0.1');
  port = (api.app.getHttpServer().address() as AddressInfo).port;
});
afterAll(async () => {
  await api.close();
});

const MB = 1024 * 1024;
const PDF = Buffer.from('%PDF-1.7\n', 'latin1');
const PNG = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
const JPEG = Buffer.from([0xff, 0xd8, 0xff, 0xe0]);
const file = (head: Buffer, size: number): Buffer => Buffer.concat([head, randomBytes(size - head.length)]);

const upload = (bytes: Buffer, type = 'application/pdf', key = api.keys['consents:backdate']) =>
  api.post('/v1/evidence', undefined, key, { 'content-type': type }).serialize((body: unknown) => body as string).send(bytes);
const record = (body: object, key = api.keys['consents:backdate']) => api.post('/v1/consents', body, key);
const open = (person: string, event: string, kind = 'file', headers: Record<string, string> = { 'samtycke-reason': 'a complaint' }) =>
  api.get(`/v1/people/${person}/evidence/${event}/${kind}`, api.keys['audit:read'], headers).buffer(true).parse((response, done) => {
    const parts: Buffer[] = [];
    response.on('data', (part: Buffer) => parts.push(part));
    response.on('end', () => done(null, Buffer.concat(parts)));
  });
const rows = async (text: string, values: unknown[] = []) => (await api.fresh.pool.query(text, values)).rows;
const nothingLeft = async (): Promise<boolean> => (await rows('SELECT 1 FROM uploads UNION ALL SELECT 1 FROM upload_parts')).length === 0;
const PAPER = { ...NEWSLETTER, capture: { method: 'paper', point: 'fair' } };

async function eventOf(person: string, id: string): Promise<LedgerEvent> {
  const [row] = await rows('SELECT bytes FROM events WHERE person = $1 AND event = $2', [person, id]);
  return JSON.parse((row as { bytes: Buffer }).bytes.toString()) as LedgerEvent;
}

async function sealedOf(person: string, event: string): Promise<{ kinds: string; sealed: Buffer; master: string; wrapped: Buffer }> {
  const [row] = await rows('SELECT v.kinds, v.sealed, k.master, k.wrapped FROM evidence v JOIN person_keys k USING (ledger, person) WHERE person = $1 AND event = $2', [person, event]);
  if (!row) throw new Error('no evidence');
  return row as Awaited<ReturnType<typeof sealedOf>>;
}

async function sealedItem(person: string, event: string, kind: string) {
  const row = await sealedOf(person, event);
  return openEvidence(api.fresh.keys.unwrap(person, row), { ledger: api.fresh.keyring.origin, person, event }, row.kinds, row.sealed).find((one) => one.kind === kind);
}

test('a yes of a browser that sends the Global Privacy Control signal is recorded with it, and with exactly 1 alone', async () => {
  const give = async (signal?: string): Promise<LedgerEvent> => {
    const { body } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write'], signal === undefined ? {} : { 'sec-gpc': signal }).expect(201);
    return eventOf(body.person, body.decisions[0].event);
  };
  expect((await give('1')).evidence).toMatchObject({ gpc: expect.stringMatching(/^[0-9a-f]{64}$/) });
  for (const signal of [undefined, '0', 'true', '1, 1']) expect((await give(signal)).evidence).not.toHaveProperty('gpc');
});

test.each([
  ['https://www.example.se/nyhetsbrev?e-post=anna@example.se&token=7#tack', 'https://www.example.se/nyhetsbrev'],
  ['https://www.example.se/nyhetsbrev#anna@example.se', 'https://www.example.se/nyhetsbrev'],
  ['https://www.example.se/sök', 'https://www.example.se/sök'],
  ['https://anna:secret@www.example.se/konto?x', 'https://www.example.se/konto'],
  ['/konto?e-post=anna@example.se', '/konto'],
  ['www.example.se/konto?e-post=anna@example.se', 'www.example.se/konto'],
  ['the page by the door?', 'the page by the door?'],
])('of the page of a decision no query and no fragment is kept, which may hold an address or a token; what is no address stays as it was said: %s', async (url, kept) => {
  const { body } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER, capture: { method: 'form', url } }, api.keys['consents:write']).expect(201);
  expect((await sealedItem(body.person, body.decisions[0].event, 'url'))?.item.toString()).toBe(kept);
});

describe('a consent on paper', () => {
  test.each([
    ['a PDF', 'application/pdf', PDF, 700_000],
    ['a photo', 'image/jpeg', JPEG, 15 * MB],
    ['a scan', 'image/png', PNG, 9],
  ])('is recorded with %s: its commitment stands in the event, its bytes are sealed with the person’s key, and come back as they were', async (_name, type, head, size) => {
    const bytes = file(head, size);
    const { body: sent } = await upload(bytes, type).expect(201);
    expect(sent).toEqual({ id: expect.any(String), media: type, size });
    const { body } = await record({ subject: someone(), ...PAPER, occurredAt: '2026-11-01T09:00:00Z', evidence: [{ file: sent.id }] }).expect(201);
    const { person, decisions: [decision] } = body;
    const event = await eventOf(person, decision.event);
    expect(event).toMatchObject({ type: 'consent-granted', occurredAt: '2026-11-01T09:00:00.000000Z', capture: { method: 'paper' }, evidence: { file: expect.stringMatching(/^[0-9a-f]{64}$/) } });
    const row = await sealedOf(person, decision.event);
    expect(row.sealed.includes(bytes.subarray(-Math.min(64, size)))).toBe(false);
    const item = await sealedItem(person, decision.event, 'file');
    expect(createHash('sha256').update(Buffer.of(2)).update(item?.random ?? '').update(item?.item ?? '').digest('hex')).toBe(event.evidence?.file);
    const shown = await open(person, decision.event).expect(200);
    expect(Buffer.compare(shown.body, bytes)).toBe(0);
    expect(shown.headers).toMatchObject({ 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', 'content-disposition': expect.stringContaining('attachment') });
    expect(await nothingLeft()).toBe(true);
  });

  test('opening it leaves a trace with who, whom, when and why; without a reason, scope or such a file nothing is shown', async () => {
    const { body: sent } = await upload(file(PDF, 1_000)).expect(201);
    const { body: { person, decisions: [{ event }] } } = await record({ subject: someone(), ...PAPER, evidence: [{ file: sent.id }] }).expect(201);
    await open(person, event, 'file', {}).expect(400);
    await api.get(`/v1/people/${person}/evidence/${event}/file`, api.keys['consents:read'], { 'samtycke-reason': 'x' }).expect(403, /scope_missing/);
    for (const kind of ['file-2', 'ip', 'user-agent']) await open(person, event, kind).expect(404);
    expect(await rows('SELECT 1 FROM reads WHERE person = $1', [person])).toEqual([]);
    await open(person, event).expect(200);
    expect(await rows('SELECT reader, what, reason FROM reads WHERE person = $1', [person])).toEqual([{ reader: 'crm', what: `evidence/${event}/file`, reason: 'a complaint' }]);
  });

  test('of somebody erased is not opened any more, also while it is still being removed', async () => {
    const { body: sent } = await upload(file(PDF, 1_000)).expect(201);
    const { body: { person, decisions: [{ event }] } } = await record({ subject: someone(), ...PAPER, evidence: [{ file: sent.id }] }).expect(201);
    await open(person, event).expect(200);
    await api.post(`/v1/people/${person}/erase`, {}, api.keys['people:write']).expect(200);
    expect(await rows('SELECT kinds FROM evidence WHERE person = $1 AND event = $2', [person, event])).toMatchObject([{ kinds: expect.stringContaining('file') }]);
    const { body } = await open(person, event).expect(404);
    expect(String(body)).toContain('evidence_unknown');
    expect(await rows(`SELECT FROM reads WHERE person = $1 AND what LIKE 'evidence/%'`, [person])).toHaveLength(1);
  });

  test('of a part is not opened any more once the one was erased whom he was merged into, with no worker running', async () => {
    const { body: sent } = await upload(file(PDF, 1_000)).expect(201);
    const { body: { person, decisions: [{ event }] } } = await record({ subject: someone(), ...PAPER, evidence: [{ file: sent.id }] }).expect(201);
    const { body: { person: whole } } = await record({ subject: someone(), ...NEWSLETTER }).expect(201);
    await api.post(`/v1/people/${person}/merge`, { into: whole }, api.keys['people:write']).expect(200);
    await open(person, event).expect(200);
    await api.post(`/v1/people/${whole}/erase`, {}, api.keys['people:write']).expect(200);
    expect(await rows('SELECT FROM events WHERE person = $1 AND type = $2', [person, 'person-erased'])).toEqual([]);
    expect(await rows('SELECT kinds FROM evidence WHERE person = $1 AND event = $2', [person, event])).toMatchObject([{ kinds: expect.stringContaining('file') }]);
    const { body } = await open(person, event).expect(404);
    expect(String(body)).toContain('evidence_unknown');
  });

  test('two files and two decisions: each event has both; a retry with the same key is the first answer, though the uploads are gone', async () => {
    const bytes = [file(PDF, 300_000), file(PNG, 400_000)];
    const ids: string[] = [];
    for (const one of bytes) ids.push((await upload(one).expect(201)).body.id as string);
    const body = { subject: someone(), ...PAPER, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }, { purpose: 'market-research', decision: 'withdraw' }], evidence: ids.map((id) => ({ file: id })) };
    const send = () => api.post('/v1/consents', body, api.keys['consents:backdate'], { 'idempotency-key': `paper-${ids[0]}` });
    const first = await send().expect(201);
    expect((await send().expect(201)).body).toEqual(first.body);
    for (const { event } of first.body.decisions) {
      expect(Buffer.compare((await open(first.body.person, event).expect(200)).body, bytes[0] as Buffer)).toBe(0);
      expect(Buffer.compare((await open(first.body.person, event, 'file-2').expect(200)).body, bytes[1] as Buffer)).toBe(0);
    }
  });

  test('a paper older than the decision in force is kept as history with its file, and changes nothing', async () => {
    const subject = someone();
    await record({ subject, ...NEWSLETTER }).expect(201);
    await record({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    const { body: sent } = await upload(file(PDF, 5_000)).expect(201);
    const { body } = await record({ subject, ...PAPER, occurredAt: '2026-10-01T09:00:00Z', evidence: [{ file: sent.id }] }).expect(201);
    expect(body.decisions[0]).toMatchObject({ status: 'withdrawn', allowed: false, code: 'late' });
    expect(await eventOf(body.person, body.decisions[0].event)).toMatchObject({ type: 'decision-recorded', evidence: { file: expect.any(String) } });
    await open(body.person, body.decisions[0].event).expect(200);
  });
});

describe('what is no such file is a clear 4xx and leaves nothing behind', () => {
  test.each([
    ['a text that calls itself a PDF', Buffer.from('hello, I am a PDF'), 'application/pdf', 415, 'file_type_unknown'],
    ['a program', Buffer.concat([Buffer.from('MZ'), randomBytes(900_000)]), 'application/octet-stream', 415, 'file_type_unknown'],
    ['a page with a script', Buffer.from('<html><script>alert(1)</script>'), 'image/png', 415, 'file_type_unknown'],
    ['nothing', Buffer.alloc(0), 'application/pdf', 400, 'file_empty'],
    ['one byte more than 15 MB', file(PDF, 15 * MB + 1), 'application/pdf', 413, 'file_too_large'],
    ['a text', Buffer.from('%PDF-1.7'), 'text/plain', 415, 'unsupported_media_type'],
  ])('%s', async (_name, bytes, type, status, code) => {
    const answer = await upload(bytes, type);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(await nothingLeft()).toBe(true);
  });

  /** Sends a chunked upload piece by piece, without a length; gives the answer, if there is one. */
  function stream(pieces: Buffer[], then: 'end' | 'break'): Promise<{ status?: number; text: string }> {
    return new Promise((resolve) => {
      const headers = { authorization: `Bearer ${api.keys['consents:backdate']}`, 'content-type': 'application/pdf' };
      const call = http.request({ host: '127.0.0.1', port, path: '/v1/evidence', method: 'POST', headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (part: string) => (text += part)).on('end', () => resolve({ status: response.statusCode, text }));
      });
      call.on('error', () => resolve({ text: '' }));
      for (const piece of pieces) call.write(piece);
      if (then === 'end') call.end();
      else void until(async () => (await rows('SELECT 1 FROM upload_parts')).length > 0, { timeoutMs: 10_000, what: 'a part of the upload' }).then(() => call.destroy());
    });
  }

  test('more than 15 MB without a stated length is refused on the way', async () => {
    const answer = await stream([PDF, ...Array.from({ length: 16 }, () => randomBytes(MB))], 'end');
    expect(answer).toMatchObject({ status: 413, text: expect.stringContaining('file_too_large') });
    expect(await nothingLeft()).toBe(true);
  });

  test('an upload that breaks off is removed at once', async () => {
    await stream([PDF, randomBytes(MB)], 'break');
    await until(nothingLeft, { timeoutMs: 10_000, what: 'an empty table of uploads' });
  });

  test('a key without the right to claim the past, and a website, cannot upload or name a file; nor can another owner', async () => {
    await upload(file(PDF, 100), 'application/pdf', api.keys['consents:write']).expect(403, /scope_missing/);
    await api.post('/v1/evidence', {}, api.siteKey, { origin: ORIGIN }).expect(403, /site_key_not_allowed/);
    const { body: sent } = await upload(file(PDF, 100)).expect(201);
    const named = { subject: someone(), ...PAPER, evidence: [{ file: sent.id }] };
    await record(named, api.keys['consents:write']).expect(403, /evidence_not_allowed/);
    const other = await api.makeKey({ kind: 'server', owner: 'erp', scopes: ['consents:backdate'] });
    await record(named, other.secret).expect(422, /file_unknown/);
    await api.post('/v1/consents', file(PDF, 100), api.keys['consents:write'], { 'content-type': 'application/pdf' }).serialize((body: unknown) => body as string).expect(415);
    await record(named).expect(201);
    await record({ ...named, subject: someone() }).expect(422, /file_unknown/);
  });

  test('a missing file blocks no withdrawal: it is recorded, and the answer says what is missing', async () => {
    const subject = someone();
    await record({ subject, ...NEWSLETTER }).expect(201);
    const strange = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';
    const { body } = await record({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], evidence: [{ file: strange }] }).expect(201);
    expect(body).toMatchObject({ missing: [strange], decisions: [{ status: 'withdrawn' }] });
  });

  test('a retry of such a withdrawal is told of the missing file again', async () => {
    const strange = '5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11';
    const call = { subject: someone(), decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], evidence: [{ file: strange }] };
    const send = () => api.post('/v1/consents', call, api.keys['consents:backdate'], { 'idempotency-key': 'missing-file' });
    const [first, again] = [await send(), await send()];
    expect([first.body.missing, again.body]).toEqual([[strange], first.body]);
  });

  test('a file that two processes take at once is never an empty one: each has it whole, or is told that it is gone', async () => {
    const { body: { id } } = await upload(file(PDF, MB)).expect(201);
    const { pool, id: ledger, keyring, keys } = api.fresh;
    const uploads = new Uploads(pool, ledger, keyring.origin, keys);
    const [row] = (await rows('SELECT owner FROM uploads WHERE id = $1', [id])) as { owner: string }[];
    const owner = row?.owner ?? '';
    const readings = Array.from({ length: 20 }, () => uploads.read(id, owner).then((bytes) => bytes?.length));
    await uploads.remove(id);
    expect((await Promise.all(readings)).filter((length) => length !== undefined && length !== MB)).toEqual([]);
    const { body: { id: other } } = await upload(file(PNG, 100), 'image/png').expect(201);
    const gone = Object.assign(Object.create(uploads) as Uploads, { read: async () => undefined });
    const change = { wishes: [{ purpose: api.fresh.catalogue.purposes.get('newsletter'), decision: 'grant' }], evidence: {}, files: { ids: [other], owner } } as unknown as Parameters<Attachments['with']>[0];
    await expect(new Attachments(gone, new FileTurn()).with(change, async () => ({ written: true }))).rejects.toMatchObject({ problem: { status: 422, code: 'file_unknown', file: other } });
    await uploads.remove(other);
  });

  test('an upload that no event takes within 24 hours is removed, a younger one stays', async () => {
    const [old, young] = [(await upload(file(PDF, 300_000)).expect(201)).body.id, (await upload(file(PDF, 300_000)).expect(201)).body.id];
    await api.fresh.pool.query(`UPDATE uploads SET made_at = made_at - interval '25 hours' WHERE id = $1`, [old]);
    const worker = mailbox(api);
    await worker.round();
    await worker.close();
    expect(await rows('SELECT id FROM uploads')).toEqual([{ id: young }]);
    expect(await rows('SELECT DISTINCT upload FROM upload_parts')).toEqual([{ upload: young }]);
  });
});

test('OpenAPI describes the upload and the opening of a file, and the links that answer to abuse', async () => {
  const { body } = await api.get('/openapi.json').expect(200);
  expect(Object.keys(body.paths)).toEqual(expect.arrayContaining(['/v1/evidence', '/v1/people/{person}/evidence/{event}/{kind}', '/b/{token}', '/h/{token}']));
  expect(Object.keys(body.paths['/v1/evidence'].post.requestBody.content)).toEqual(['application/pdf', 'image/jpeg', 'image/png']);
});

test('twenty uploads of 15 MB at once and twenty uses of them keep the memory bounded', async () => {
  const bytes = file(PDF, 15 * MB);
  const before = process.memoryUsage().rss;
  let most = before;
  const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 20);
  const ids = (await Promise.all(Array.from({ length: 20 }, () => upload(bytes).expect(201)))).map((answer) => answer.body.id as string);
  await Promise.all(ids.map((id) => record({ subject: someone(), ...PAPER, evidence: [{ file: id }] }).expect(201)));
  clearInterval(watch);
  console.info(`rss rose by ${Math.round((most - before) / MB)} MB for 300 MB of files`);
  expect(most - before).toBeLessThan(450 * MB);
}, 120_000);

test('whoever asks for all that is held is told the size of each file, and no more than those of one event lie in memory for it', async () => {
  const ids = await Promise.all([PDF, JPEG, PNG].map(async (head) => (await upload(file(head, 2_000)).expect(201)).body.id as string));
  const subject = someone();
  const { body: two } = await record({ ...PAPER, subject, evidence: ids.slice(0, 2).map((id) => ({ file: id })) }).expect(201);
  const { body: one } = await record({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }], evidence: [{ file: ids[2] }] }).expect(201);
  const read: number[] = [];
  const query = async (text: string, values: unknown[]) => {
    const result = await api.fresh.pool.query(text, values);
    read.push(result.rows.filter(({ kinds = '', sealed }: { kinds?: string; sealed?: Buffer }) => sealed && kinds.includes('file')).length);
    return result;
  };
  const given = [PeopleTables, PersonConsents, CurrentCatalogue, FileTurn].map((part) => api.app.get<unknown>(part));
  const [tables, consents, catalogue, turn] = given as [PeopleTables, PersonConsents, CurrentCatalogue, FileTurn];
  const people = new HeldOnPeople({ query } as unknown as Pool, api.fresh.id, api.fresh.keyring.origin, api.fresh.keys, tables, consents, catalogue, turn);
  const { evidence } = await people.gather(two.person);
  const event = (answer: { decisions: { event: string }[] }): string => answer.decisions[0]?.event ?? '';
  expect(evidence.filter(({ kind }) => kind.startsWith('file'))).toEqual([[two, 'file'], [two, 'file-2'], [one, 'file']].map(([of, kind]) => ({ event: event(of), kind, bytes: 2_000 })));
  expect(evidence).toContainEqual(expect.objectContaining({ event: event(two), kind: 'identifier', value: subject.email }));
  expect(Math.max(...read)).toBe(1);
});
