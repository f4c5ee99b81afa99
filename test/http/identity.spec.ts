import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { LedgerEvent } from '#contracts';
import { mergeFrom, newHolderId, Reader, splitFrom, splitOff, uuidv7, type TwoPeople } from '#ledger';
import { Tokens } from '#vault';
import { NEWSLETTER, someone, testApi, type TestApi } from '../setup/api.js';
import { followedBy } from '../setup/follow.js';

let api: TestApi;
let worker: ReturnType<typeof followedBy>;
beforeAll(async () => {
  api = await testApi();
  worker = followedBy(api);
});
afterAll(async () => {
  await worker.close();
  await api.close();
});

const write = (body: unknown) => api.post('/v1/consents', body, api.keys['consents:write']);
const act = (person: string, what: string, body: object = {}) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write']);
const lookup = async (subject: object): Promise<string> => (await api.post('/v1/people/lookup', { subject }, api.keys['people:read']).expect(200)).body.person;
const allowed = async (subject: object, purpose: string): Promise<boolean> => (await api.post('/v1/check', { subject, purpose }, api.keys['consents:read']).expect(200)).body.allowed;
const states = async (person: string): Promise<unknown[]> => {
  const { body } = await api.get(`/v1/people/${person}/consents`, api.keys['consents:read']).expect(200);
  return body.consents.map(({ purpose, status, allowed: may, channels }: Record<string, unknown>) => ({ purpose, status, may, channels }));
};
const events = async (person: string): Promise<LedgerEvent[]> => {
  const { rows } = await api.fresh.pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE person = $1 ORDER BY seq', [person]);
  return rows.map(({ bytes }) => JSON.parse(bytes.toString()) as LedgerEvent);
};
const addresses = async (person: string): Promise<string[]> => {
  const { body } = await api.get(`/v1/people/${person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200);
  return body.identifiers.map(({ value }: { value: string }) => value);
};

async function known(decisions: object[] = NEWSLETTER.decisions): Promise<{ person: string; subject: { email: string } }> {
  const subject = someone();
  const { body } = await write({ ...NEWSLETTER, subject, decisions }).expect(201);
  return { person: body.person, subject };
}

const OBJECT = [{ purpose: 'marketing-reach', decision: 'object' }];
const RESEARCH = [{ purpose: 'market-research', decision: 'withdraw' }];

const bothOf = (): TwoPeople => ({ pool: api.fresh.pool, ledger: api.fresh.id, appender: api.fresh.ledger, purposes: [...api.fresh.catalogue.purposes.values()], publications: api.fresh.catalogue.publications });

async function device(...purposes: string[]): Promise<{ token: string; device: string }> {
  const id = newHolderId();
  const token = await new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).device(id);
  await write({ subject: { device: token }, decisions: purposes.map((purpose) => ({ purpose, decision: 'grant' })), notice: { id: 'cookies', version: '1.3', locale: 'sv' } }).expect(201);
  return { token, device: id };
}

describe('a merge', () => {
  test('makes one person of two: id and identifiers lead to him, and his address is the one he consented with', async () => {
    const [anna, bea] = [await known(), await known(OBJECT)];
    const { body } = await act(anna.person, 'merge', { into: bea.person }).expect(200);
    expect(body).toMatchObject({ person: anna.person, other: bea.person });
    await worker.follow();
    expect([await lookup(anna.subject), await lookup(bea.subject)]).toEqual([bea.person, bea.person]);
    expect([await allowed(anna.subject, 'newsletter'), await allowed(anna.subject, 'marketing-reach')]).toEqual([true, false]);
    expect(await states(anna.person)).toEqual(await states(bea.person));
    expect(await addresses(bea.person)).toEqual([anna.subject.email]);
    const { body: later } = await write({ subject: anna.subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    expect(later.person).toBe(bea.person);
    expect((await events(bea.person)).at(-1)).toMatchObject({ type: 'consent-withdrawn', via: 'email', viaId: (await events(anna.person))[0]?.viaId });
    await write({ subject: { person: anna.person }, ...NEWSLETTER }).expect(201);
    expect(await allowed(bea.subject, 'newsletter')).toBe(true);
    await write({ subject: { ...anna.subject, person: bea.person }, ...NEWSLETTER }).expect(200);
  });

  test('that a crash cuts in half is completed by the worker, once', async () => {
    const [anna, bea] = [await known(), await known(OBJECT)];
    await mergeFrom(bothOf(), { request: uuidv7(), person: anna.person, into: bea.person, actor: { kind: 'system', id: 'crm' } });
    expect(await allowed(bea.subject, 'newsletter')).toBe(false);
    await worker.follow();
    expect(await allowed(bea.subject, 'newsletter')).toBe(true);
    expect((await events(bea.person)).filter(({ type, purpose }) => type === 'person-merged' && purpose === '~person')).toHaveLength(1);
  });

  test('is refused where it makes no sense, and nothing is written', async () => {
    const [anna, bea] = [await known(), await known()];
    const device = (await api.post('/v1/devices', {}, api.siteKey, { origin: 'https://www.example.se' })).body.device;
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    const before = await api.events();
    await act(anna.person, 'merge', { into: bea.person }).expect(409, /person_merged/);
    await act(bea.person, 'merge', { into: anna.person }).expect(409, /same_person/);
    await act(bea.person, 'merge', { into: bea.person }).expect(409, /same_person/);
    await act(bea.person, 'merge', { into: newHolderId() }).expect(404, /person_unknown/);
    await act(bea.person, 'merge', {}).expect(400, /invalid_body/);
    await act(bea.person, 'split').expect(409, /person_not_merged/);
    expect(device).toEqual(expect.any(String));
    expect(await api.events()).toBe(before);
  });
});

describe('a merged person’s id', () => {
  test('leads his rights and wishes to the person he is now', async () => {
    const [anna, bea] = [await known(), await known()];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    const { body } = await api.put(`/v1/people/${anna.person}/preferences`, { suppressed: true }, api.keys['consents:write']).expect(200);
    expect(body.person).toBe(bea.person);
    expect(await allowed(bea.subject, 'newsletter')).toBe(false);
    const { body: held } = await api.post(`/v1/people/${anna.person}/access`, {}, api.keys['people:write'], { 'samtycke-reason': 'a test' }).expect(200);
    expect(held.identifiers.map(({ value }: { value: string }) => value).sort()).toEqual([anna.subject.email, bea.subject.email].sort());
    await act(anna.person, 'erase').expect(200);
    await worker.follow();
    expect((await events(bea.person)).at(-1)).toMatchObject({ type: 'person-erased' });
    expect((await api.fresh.pool.query('SELECT 1 FROM identifiers WHERE person = ANY ($1)', [[anna.person, bea.person]])).rowCount).toBe(0);
  });
});

describe('two merges against each other at once', () => {
  test('leave no circle, and both people can be spoken for', async () => {
    const [anna, bea] = [await known(), await known()];
    const answers = await Promise.all([act(anna.person, 'merge', { into: bea.person }), act(bea.person, 'merge', { into: anna.person })]);
    expect(answers.every(({ status }) => status === 200 || status === 409)).toBe(true);
    await worker.follow();
    for (const { subject } of [anna, bea]) {
      await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect((response) => {
        if (response.status > 201) throw new Error(`${response.status} ${JSON.stringify(response.body)}`);
      });
      expect(await allowed(subject, 'newsletter')).toBe(false);
    }
  });
});

test('two merges that made a circle and were both undone leave both as they were, whatever comes of them later', async () => {
  const [anna, bea] = [await known(), await known(OBJECT)];
  const before = [await states(anna.person), await states(bea.person)];
  const crm = { kind: 'system', id: 'crm' } as const;
  await mergeFrom(bothOf(), { request: uuidv7(), person: anna.person, into: bea.person, actor: crm });
  await mergeFrom(bothOf(), { request: uuidv7(), person: bea.person, into: anna.person, actor: crm });
  const splits: LedgerEvent[] = [];
  for (const { person } of [anna, bea]) splits.push(...(await splitFrom(bothOf(), { request: uuidv7(), person, actor: crm, undoes: true })).slice(-1));
  for (const split of splits) await splitOff(bothOf(), split);
  await worker.follow();
  expect([await states(anna.person), await states(bea.person)]).toEqual(before);
});

describe('a split', () => {
  test('with nothing between leaves status, permission and channels of both as they were, and both histories whole', async () => {
    const [anna, bea] = [await known(), await known(OBJECT)];
    const before = [await states(anna.person), await states(bea.person)];
    const histories = [await events(anna.person), await events(bea.person)];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    await act(anna.person, 'split').expect(200);
    await worker.follow();
    expect([await states(anna.person), await states(bea.person)]).toEqual(before);
    expect(await lookup(anna.subject)).toBe(anna.person);
    expect((await events(anna.person)).slice(0, histories[0]?.length)).toEqual(histories[0]);
    expect((await events(bea.person)).slice(0, histories[1]?.length)).toEqual(histories[1]);
    expect(await addresses(anna.person)).toEqual([anna.subject.email]);
  });

  test('leaves a withdrawal made meanwhile with both', async () => {
    const [anna, bea] = [await known(), await known()];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await write({ subject: bea.subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    await act(anna.person, 'split').expect(200);
    await worker.follow();
    expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter')]).toEqual([false, false]);
  });
});

test('a link that was mailed to the part while he was merged speaks for him after a split, and takes nothing from the other', async () => {
  const [anna, bea] = [await known(), await known()];
  await act(anna.person, 'merge', { into: bea.person }).expect(200);
  await worker.follow();
  const viaAnna = (await events(anna.person))[0]?.viaId;
  const tokens = new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens);
  const via = { kind: 'email' as const, id: viaAnna ?? '' };
  const mailed = await tokens.unsubscribe({ person: bea.person, purpose: 'newsletter', via });
  const choices = await tokens.choices({ person: bea.person, via });
  await act(anna.person, 'split').expect(200);
  await worker.follow();
  expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter')]).toEqual([true, true]);
  await api.post(`/u/${mailed}`, 'List-Unsubscribe=One-Click', undefined, { 'content-type': 'application/x-www-form-urlencoded' }).expect(200);
  expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter')]).toEqual([false, true]);
  expect((await events(anna.person)).at(-1)).toMatchObject({ type: 'consent-withdrawn', reason: 'one-click', viaId: viaAnna });
  await write({ ...NEWSLETTER, subject: anna.subject }).expect(201);
  await api.post(`/p/${choices}`, 'all=1', undefined, { 'content-type': 'application/x-www-form-urlencoded' }).expect(200);
  expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter')]).toEqual([false, true]);
});

test('what came by an identifier of the part is his after a split, also where that identifier was corrected away meanwhile', async () => {
  const [anna, bea] = [await known(), await known([{ purpose: 'newsletter', decision: 'withdraw' }])];
  const [own] = (await api.get(`/v1/people/${anna.person}/identifiers?purpose=newsletter`, api.keys['identifiers:read']).expect(200)).body.identifiers;
  await write({ subject: anna.subject, ...NEWSLETTER, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
  await act(anna.person, 'merge', { into: bea.person }).expect(200);
  await worker.follow();
  await write({ subject: anna.subject, ...NEWSLETTER }).expect(201);
  expect(await allowed({ person: bea.person }, 'newsletter')).toBe(true);
  await act(bea.person, 'rectify', { remove: [own.id] }).expect(200);
  await worker.follow();
  await act(anna.person, 'split').expect(200);
  await worker.follow();
  expect([await allowed({ person: anna.person }, 'newsletter'), await allowed({ person: bea.person }, 'newsletter')]).toEqual([true, false]);
});

describe('a split before the second half of the merge came', () => {
  test('leaves nothing of the one with the other, also when the worker comes round to the merge', async () => {
    const [anna, bea] = [await known(), await known(RESEARCH)];
    await mergeFrom(bothOf(), { request: uuidv7(), person: anna.person, into: bea.person, actor: { kind: 'system', id: 'crm' } });
    await act(anna.person, 'split').expect(200);
    await worker.follow();
    expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter')]).toEqual([true, false]);
  });
});

describe('three people, each merged into the next', () => {
  const chain = async () => {
    const [anna, bea, cia] = [await known(), await known(RESEARCH), await known(RESEARCH)];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await act(bea.person, 'merge', { into: cia.person }).expect(200);
    await worker.follow();
    return { anna, bea, cia };
  };

  test('come apart from the last one on: the one in the middle is split off first, and the refusal names him', async () => {
    const { anna, bea, cia } = await chain();
    const before = await api.events();
    const { body } = await act(anna.person, 'split').expect(409, /merged_further/);
    expect(body).toMatchObject({ first: bea.person, into: cia.person });
    expect(await api.events()).toBe(before);
    await write({ subject: anna.subject, decisions: OBJECT }).expect(201);
    await act(bea.person, 'split').expect(200);
    await act(anna.person, 'split').expect(200);
    await worker.follow();
    for (const { subject } of [anna, bea, cia]) expect(await allowed(subject, 'marketing-reach')).toBe(false);
    expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter'), await allowed(cia.subject, 'newsletter')]).toEqual([true, false, false]);
  });

  test('what the first brings reaches the last, also where the one between was merged on before it came; a closed id allows nothing', async () => {
    const [anna, bea, cia] = [await known([...NEWSLETTER.decisions, ...OBJECT]), await known(RESEARCH), await known(RESEARCH)];
    await mergeFrom(bothOf(), { request: uuidv7(), person: anna.person, into: bea.person, actor: { kind: 'system', id: 'crm' } });
    await act(bea.person, 'merge', { into: cia.person }).expect(200);
    await worker.follow();
    const newsletter = await api.fresh.reader.heads.load({ person: bea.person, purpose: 'newsletter' });
    expect(newsletter?.allowed ?? false).toBe(false);
    for (const { subject } of [anna, bea, cia]) expect([await allowed(subject, 'newsletter'), await allowed(subject, 'marketing-reach')]).toEqual([true, false]);
    expect((await events(cia.person)).filter(({ type, purpose }) => type === 'person-merged' && purpose === '~person').map(({ fact }) => fact?.other).sort()).toEqual([anna.person, bea.person].sort());
    await act(bea.person, 'split').expect(200);
    await worker.follow();
    const now = async (purpose: string) => Promise.all([anna, bea, cia].map(({ subject }) => allowed(subject, purpose)));
    expect([await now('newsletter'), await now('marketing-reach')]).toEqual([[true, true, false], [false, false, true]]);
    await act(anna.person, 'split').expect(200);
    await worker.follow();
    expect([await now('newsletter'), (await now('marketing-reach'))[0]]).toEqual([[true, false, false], false]);
  });

  test('of two who were merged into the same the one who stays keeps his word there, and the one who left takes his along', async () => {
    const [anna, bea, cia] = [await known([...NEWSLETTER.decisions, ...OBJECT]), await known(RESEARCH), await known(RESEARCH)];
    await act(bea.person, 'merge', { into: cia.person }).expect(200);
    await act(anna.person, 'merge', { into: cia.person }).expect(200);
    await act(bea.person, 'split').expect(200);
    const now = async (purpose: string) => Promise.all([anna, bea, cia].map(({ subject }) => allowed(subject, purpose)));
    expect([await now('newsletter'), await now('marketing-reach')]).toEqual([[true, false, true], [false, true, false]]);
    await act(bea.person, 'merge', { into: cia.person }).expect(200);
    await act(anna.person, 'split').expect(200);
    await act(bea.person, 'split').expect(200);
    await worker.follow();
    expect([await now('newsletter'), await now('marketing-reach')]).toEqual([[true, false, false], [false, true, true]]);
  });

  test('a split that a crash cut in half is completed before the one who was whole is merged on', async () => {
    const [anna, bea, cia] = [await known(), await known(RESEARCH), await known(RESEARCH)];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await splitFrom(bothOf(), { request: uuidv7(), person: anna.person, actor: { kind: 'system', id: 'crm' } });
    await act(bea.person, 'merge', { into: cia.person }).expect(200);
    await worker.follow();
    expect([await allowed(anna.subject, 'newsletter'), await allowed(bea.subject, 'newsletter'), await allowed(cia.subject, 'newsletter')]).toEqual([true, false, false]);
  });
});

describe('a person’s own "no" to device purposes', () => {
  test('moves with a merge: it reaches the devices of both, whichever of them had said it', async () => {
    const [anna, bea] = [await known([...NEWSLETTER.decisions, { purpose: 'statistics', decision: 'refuse' }]), await known([...NEWSLETTER.decisions, { purpose: 'site-improvement', decision: 'refuse' }])];
    const [hers, his] = [await device('statistics', 'site-improvement'), await device('statistics', 'site-improvement')];
    await act(anna.person, 'links', { device: hers.token }).expect(201);
    await act(bea.person, 'links', { device: his.token }).expect(201);
    await worker.follow();
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    for (const { token } of [hers, his]) for (const purpose of ['statistics', 'site-improvement']) expect(await allowed({ device: token }, purpose)).toBe(false);
    const later = await device('statistics');
    await act(bea.person, 'links', { device: later.token }).expect(201);
    await worker.follow();
    expect(await allowed({ device: later.token }, 'statistics')).toBe(false);
    expect((await events(bea.person)).filter(({ purpose }) => purpose === 'site-necessary')).toEqual([]);
    await act(anna.person, 'split').expect(200);
    await worker.follow();
    const own = (person: string, purpose: string) => api.fresh.reader.heads.load({ person, purpose });
    expect(await own(anna.person, 'statistics')).toMatchObject({ status: 'refused' });
    expect(await own(bea.person, 'statistics')).toMatchObject({ status: 'unknown', allowed: false });
  });
});

test('whoever came with another one leaves with him: a later split gives his consent to nobody who stays', async () => {
  const [anna, bea, cleo, dora] = [await known(), await known(OBJECT), await known(OBJECT), await known(OBJECT)];
  const crm = { kind: 'system', id: 'crm' } as const;
  await mergeFrom(bothOf(), { request: uuidv7(), person: anna.person, into: bea.person, actor: crm });
  await act(bea.person, 'merge', { into: cleo.person }).expect(200);
  await worker.follow();
  await act(bea.person, 'split').expect(200);
  await worker.follow();
  await act(dora.person, 'merge', { into: cleo.person }).expect(200);
  await worker.follow();
  await act(dora.person, 'split').expect(200);
  await worker.follow();
  for (const { person } of [cleo, dora]) expect(await allowed({ person }, 'newsletter')).toBe(false);
});

describe('what comes in the moment of a split, between its halves', () => {
  test.each(['bea', 'anna'] as const)('a withdrawal and a suppression for %s hold for both', async (whose) => {
    const [anna, bea] = [await known(), await known()];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    const { subject, person } = { anna, bea }[whose];
    // What had found the merged person before the first half, and is written after it.
    const late = whose === 'bea' ? undefined : { via: (await events(anna.person))[0]?.viaId };
    await splitFrom(bothOf(), { request: uuidv7(), person: anna.person, actor: { kind: 'system', id: 'crm' } });
    await write({ subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(201);
    await api.put(`/v1/people/${person}/preferences`, { suppressed: true }, api.keys['consents:write']).expect(200);
    await worker.follow();
    const no = async (one: { subject: object }) => allowed(one.subject, 'newsletter');
    // Anna is herself again after the first half: her word is hers alone; Bea is both until he is released.
    expect([await no(anna), await no(bea)]).toEqual(late ? [false, true] : [false, false]);
    const { body } = await api.put(`/v1/people/${anna.person}/preferences`, { suppressed: false }, api.keys['consents:write']).expect(200);
    expect(body.affected.length).toBeGreaterThan(0);
  });
});

describe('a withdrawal in the moment in which the other one is released', () => {
  /** A pool that lets something more be written once a person's history has been read. */
  const readThen = (person: string, meanwhile: () => Promise<unknown>): TwoPeople['pool'] => {
    let due = true;
    const query = async (text: string, values: unknown[]): Promise<unknown> => {
      const answer = await api.fresh.pool.query(text, values);
      if (due && text.includes('FROM events') && values[1] === person) {
        due = false;
        await meanwhile();
      }
      return answer;
    };
    return { query } as unknown as TwoPeople['pool'];
  };

  test('is not undone for him who remains, though his history was read before it', async () => {
    const [anna, bea] = [await known(), await known()];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    const split = (await splitFrom(bothOf(), { request: uuidv7(), person: anna.person, actor: { kind: 'system', id: 'crm' } })).at(-1);
    if (!split) throw new Error('nothing was split');
    const withdraw = () => write({ subject: bea.subject, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }, ...OBJECT] }).expect(201);
    await splitOff({ ...bothOf(), pool: readThen(bea.person, withdraw) }, split);
    await worker.follow();
    for (const { subject } of [anna, bea]) expect([await allowed(subject, 'newsletter'), await allowed(subject, 'marketing-reach')]).toEqual([false, false]);
  });
});

describe('erasing a person', () => {
  test('erases whoever was merged into him', async () => {
    const [anna, bea] = [await known(), await known()];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    await act(bea.person, 'erase').expect(200);
    await worker.follow();
    expect((await api.fresh.pool.query('SELECT 1 FROM identifiers WHERE person = ANY ($1)', [[anna.person, bea.person]])).rowCount).toBe(0);
    expect((await events(anna.person)).at(-1)).toMatchObject({ type: 'person-erased', reason: 'erased' });
    expect([await allowed(anna.subject, 'marketing-reach'), await allowed(bea.subject, 'marketing-reach')]).toEqual([false, false]);
  });

  test.each(['erasures', 'merges'])('at the same time as a merge into him: nothing of the merged one is left, though the worker’s %s run ahead', async (first) => {
    const [anna, bea] = [await known(), await known(OBJECT)];
    await worker.follow();
    await mergeFrom(bothOf(), { request: uuidv7(), person: anna.person, into: bea.person, actor: { kind: 'system', id: 'crm' } });
    await act(bea.person, 'erase').expect(200);
    await worker.follow(first);
    await worker.follow();
    for (const table of ['identifiers', 'evidence', 'person_keys']) expect((await api.fresh.pool.query(`SELECT 1 FROM ${table} WHERE person = ANY ($1)`, [[anna.person, bea.person]])).rowCount).toBe(0);
    expect((await events(anna.person)).filter(({ type, purpose }) => type === 'person-erased' && purpose === '~person')).toHaveLength(1);
    expect(await allowed(anna.subject, 'marketing-reach')).toBe(false);
  }, 20_000);

  test.each([
    ['before the worker came to the merge', [], ['erasures', 'merges']],
    ['and the worker has not come to the split yet', [undefined], ['erasures', 'merges']],
  ])('leaves whoever was split off %s, and whoever reads all of it anew', async (_when, followed, order) => {
    const [anna, bea] = [await known(), await known(OBJECT)];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    for (const only of followed) await worker.follow(only);
    await act(anna.person, 'split').expect(200);
    await act(bea.person, 'erase').expect(200);
    for (const only of order) await worker.follow(only);
    await worker.follow();
    const anew = followedBy(api);
    await anew.follow('merges');
    await anew.close();
    expect((await events(anna.person)).map(({ type }) => type)).not.toContain('person-erased');
    expect((await api.fresh.pool.query('SELECT FROM person_keys WHERE person = ANY ($1)', [[anna.person, bea.person]])).rowCount).toBe(1);
    expect(await addresses(anna.person)).toEqual([anna.subject.email]);
  }, 30_000);

  test('keeps whoever was merged into him from being split off before he goes with him', async () => {
    const [anna, bea] = [await known(), await known(OBJECT)];
    await act(anna.person, 'merge', { into: bea.person }).expect(200);
    await worker.follow();
    await act(bea.person, 'erase').expect(200);
    await act(anna.person, 'split').expect(410, /person_erased/);
    await worker.follow();
    expect((await events(anna.person)).at(-1)).toMatchObject({ type: 'person-erased', reason: 'erased' });
    await act(anna.person, 'split').expect(409, /person_not_merged/);
  }, 20_000);
});

describe('a link', () => {
  test('of somebody who is merged in that moment is one of whom he was merged into: what that one has said no to goes over', async () => {
    const [anna, bea] = [await known(), await known()];
    const { token, device: id } = await device('statistics');
    const { persons } = api.app.get(Reader);
    const load = persons.load.bind(persons);
    const loading = jest.spyOn(persons, 'load');
    loading.mockImplementationOnce(async (person) => {
      const before = await load(person);
      await act(anna.person, 'merge', { into: bea.person }).expect(200);
      return before;
    });
    const { body } = await act(anna.person, 'links', { device: token }).expect(201);
    loading.mockRestore();
    expect(body).toEqual({ person: bea.person, device: id });
    const linked = (await events(bea.person)).filter(({ type }) => type === 'person-linked');
    expect([linked.length, (await events(anna.person)).at(-1)?.type]).toEqual([1, 'person-merged']);
  });

  test('lets a person’s "no" reach his device, said before or after; a grant never crosses', async () => {
    const anna = await known([...NEWSLETTER.decisions, { purpose: 'statistics', decision: 'refuse' }]);
    const device = newHolderId();
    const token = await new Tokens(api.fresh.keyring.origin, api.fresh.keyring.tokens).device(device);
    const cookies = { notice: { id: 'cookies', version: '1.3', locale: 'sv' } };
    await write({ subject: { device: token }, decisions: [{ purpose: 'statistics', decision: 'grant' }, { purpose: 'site-improvement', decision: 'grant' }], ...cookies }).expect(201);
    await act(anna.person, 'links', { device: token }).expect(201);
    await worker.follow();
    expect([await allowed({ device: token }, 'statistics'), await allowed({ device: token }, 'site-improvement')]).toEqual([false, true]);
    await write({ subject: anna.subject, decisions: [{ purpose: 'site-improvement', decision: 'withdraw' }] }).expect(201);
    await worker.follow();
    expect(await allowed({ device: token }, 'site-improvement')).toBe(false);
    await act(anna.person, 'links', { device: 'nonsense' }).expect(400, /invalid_device/);
  });

  test('of somebody who is erased before the worker comes to it takes the device along that is his alone, and nothing of it stays; afterwards there is none', async () => {
    const [anna, bea] = [await known(), await known()];
    const [own, shared] = [await device('statistics'), await device('statistics')];
    for (const [{ person }, { token }] of [[anna, own], [anna, shared], [bea, shared]] as const) await act(person, 'links', { device: token }).expect(201);
    await act(anna.person, 'erase').expect(200);
    await worker.follow('erasures');
    await worker.follow();
    expect((await events(own.device)).at(-1)).toMatchObject({ type: 'person-erased', kind: 'device' });
    expect([await allowed({ device: own.token }, 'statistics'), await allowed({ device: shared.token }, 'statistics')]).toEqual([false, true]);
    const { rows } = await api.fresh.pool.query<{ person: string }>('SELECT person FROM links WHERE device = ANY ($1)', [[own.device, shared.device]]);
    expect(rows).toEqual([{ person: bea.person }]);
    const before = await api.events();
    await act(anna.person, 'links', { device: shared.token }).expect(410, /person_erased/);
    expect(await api.events()).toBe(before);
  }, 20_000);
});
