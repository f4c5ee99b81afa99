import { afterAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { until } from '#testing';
import { NEWSLETTER, ORIGIN, someone } from '../setup/api.js';
import { mailWorld } from '../setup/mail-world.js';

const { api, mails, worker, close } = await mailWorld();
afterAll(close);

let networks = 0;
const site = (body: unknown) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': `10.${(networks += 1)}.3.7` });
const personOf = async (email: string): Promise<string> => (await api.post('/v1/people/lookup', { subject: { email } }, api.keys['people:read']).expect(200)).body.person;
const given = async (email: string): Promise<void> => void (await api.post('/v1/consents', { subject: { email }, ...NEWSLETTER }, api.keys['consents:write']).expect(201));

/** What brings a mail about, and to whom it goes. */
const causes: [kind: string, act: (email: string) => Promise<string>][] = [
  ['confirmation', async (email) => {
    await site({ subject: { email }, ...NEWSLETTER }).expect(202);
    return email;
  }],
  ['way-back', async (email) => {
    await given(email);
    await site({ subject: { email }, decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] }).expect(202);
    return email;
  }],
  ['right', async (email) => {
    await given(email);
    await api.post(`/v1/people/${await personOf(email)}/complaints`, { text: 'Ni ringde mig', country: 'SE' }, api.keys['people:write']).expect(201);
    return 'marketing@advansor.dk';
  }],
];

const HELD = `
SELECT 'token' AS what FROM tokens WHERE person = $1 UNION ALL SELECT 'mail' FROM mails WHERE person = $1
UNION ALL SELECT 'link' FROM mail_links WHERE person = $1 UNION ALL SELECT 'due' FROM due_mails WHERE person = $1`;

/** Erases somebody before step `number` that his mail takes. Tells what stays of it, and whether it left and had begun to; undefined where it takes fewer steps. */
async function erasedBefore(number: number, act: (email: string) => Promise<string>): Promise<{ stays: unknown[]; left: number; handed: boolean } | undefined> {
  const { email } = someone();
  const to = await act(email);
  const person = await personOf(email);
  const before = mails.sent.length;
  let [steps, erased, handed] = [0, false, false];
  mails.before = async (step) => {
    if (!step.values.includes(person) && step.to !== to) return;
    handed ||= !erased && step.to === to;
    if ((steps += 1) !== number) return;
    erased = true;
    const isErased = async (): Promise<boolean> => (await worker.follow(), (await api.fresh.pool.query('SELECT FROM person_keys WHERE person = $1', [person])).rowCount === 0);
    await Promise.all([api.post(`/v1/people/${person}/erase`, {}, api.keys['people:write']).expect(200), until(isErased)]);
  };
  await mails.follow();
  mails.before = undefined;
  const stays = (await api.fresh.pool.query(HELD, [person])).rows;
  return erased ? { stays, left: mails.sent.length - before, handed } : undefined;
}

test.each(causes)('whoever is erased while a mail is made for him (%s), at whatever moment, gets none that is not on its way, and nothing is held of it', async (_kind, act) => {
  const outcomes = [];
  for (let step = 1; ; step += 1) {
    const outcome = await erasedBefore(step, act);
    if (!outcome) break;
    outcomes.push(outcome);
  }
  expect(outcomes.length).toBeGreaterThan(2);
  expect(outcomes).toEqual(outcomes.map(({ handed }) => ({ stays: [], left: handed ? 1 : 0, handed })));
}, 120_000);

test('a "no" in the call by which somebody erased begins anew counts for him: what was objected to there is not allowed once he has confirmed', async () => {
  const { email } = someone();
  await given(email);
  await api.post(`/v1/people/${await personOf(email)}/erase`, {}, api.keys['people:write']).expect(200);
  await worker.follow();
  const decisions = [...NEWSLETTER.decisions, { purpose: 'marketing-reach', decision: 'object' }];
  await site({ ...NEWSLETTER, subject: { email }, decisions }).expect(202);
  await mails.follow();
  await request(api.app.getHttpServer()).post(mails.linkIn(mails.to(email).find(({ text }) => text.includes('/c/')))).expect(200, /Tack, det är bekräftat/);
  await worker.follow();
  const allowed = async (purpose: string): Promise<unknown> => (await api.post('/v1/check', { subject: { email }, purpose }, api.keys['consents:read'])).body.allowed;
  expect([await allowed('newsletter'), await allowed('marketing-reach')]).toEqual([true, false]);
});

test('an erased person’s "no" alone makes nobody anew', async () => {
  const { email } = someone();
  await given(email);
  await api.post(`/v1/people/${await personOf(email)}/erase`, {}, api.keys['people:write']).expect(200);
  await worker.follow();
  const before = await api.events();
  await site({ ...NEWSLETTER, subject: { email }, decisions: [{ purpose: 'marketing-reach', decision: 'object' }] }).expect(202);
  await site({ subject: { email }, decisions: [...NEWSLETTER.decisions, { purpose: 'marketing-reach', decision: 'object' }] }).expect(202);
  expect(await api.events()).toBe(before);
});
