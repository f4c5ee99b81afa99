import { randomUUID } from 'node:crypto';
import { afterAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { NEWSLETTER, ORIGIN, someone } from '../setup/api.js';
import { mailWorld } from '../setup/mail-world.js';

const { api, mails, worker, close } = await mailWorld();
afterAll(close);

let networks = 0;
const network = (): string => `10.${(networks += 1)}.5.7`;
const site = (body: unknown, source = network()) => api.post('/v1/consents', body, api.siteKey, { origin: ORIGIN, 'x-forwarded-for': source }).expect(202);
const write = (body: unknown) => api.post('/v1/consents', body, api.keys['consents:write']).expect(201);
const act = (person: string, what: string, body: object = {}) => api.post(`/v1/people/${person}/${what}`, body, api.keys['people:write']).expect(200);
const press = (path: string) => request(api.app.getHttpServer()).post(path).expect(200);
const statusOf = async (person: string): Promise<string> => (await api.post('/v1/check', { subject: { person }, purpose: 'newsletter' }, api.keys['consents:read']).expect(200)).body.status;
const WITHDRAW = { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
const RESEARCH = { ...NEWSLETTER, decisions: [{ purpose: 'market-research', decision: 'withdraw' }] };

interface Merged {
  part: string;
  whole: string;
  email: string;
}

/** Somebody with an address became a part of somebody without one, who became a part of a third. `decided`: what the third had said. */
async function merged(decided: object): Promise<Merged> {
  const { email } = someone();
  const [part, middle, whole] = await Promise.all([
    write({ ...RESEARCH, subject: { email } }),
    write({ ...RESEARCH, subject: { customer: randomUUID() } }),
    write({ ...decided, subject: { customer: randomUUID() } }),
  ]).then((answers) => answers.map(({ body }) => body.person as string));
  await act(part ?? '', 'merge', { into: middle });
  await act(middle ?? '', 'merge', { into: whole });
  return { part: part ?? '', whole: whole ?? '', email };
}

/** What somebody typed with the address of a part, what mail that brings about, and what the press of its link makes of the newsletter. */
const causes: [kind: string, decided: object, type: (email: string) => Promise<unknown>, subject: string, before: string, after: string][] = [
  ['a sign-up', RESEARCH, (email) => site({ subject: { email }, ...NEWSLETTER }), 'Bekräfta: Nyhetsbrev', 'requested', 'given'],
  ['a withdrawal', NEWSLETTER, (email) => site({ subject: { email }, ...WITHDRAW }), 'Avslutat: Nyhetsbrev', 'withdrawn', 'given'],
  ['a withdrawal that is held', NEWSLETTER, async (email) => {
    const source = network();
    for (let calls = 0; calls < 30; calls += 1) await site({ subject: someone(), ...WITHDRAW }, source);
    await site({ subject: { email }, ...WITHDRAW }, source);
  }, 'Vill du avsluta: Nyhetsbrev?', 'given', 'withdrawn'],
];

const send = async (): Promise<void> => {
  await mails.round();
  await mails.follow();
};

test.each(causes)('%s with the address of somebody who was merged is mailed to that address, however late the register of merges is, and its link acts for the person he is now', async (_kind, decided, type, subject, before, after) => {
  const { whole, email } = await merged(decided);
  await type(email);
  await send();
  await worker.follow();
  await send();
  expect([mails.to(email).map((mail) => mail.subject), await statusOf(whole)]).toEqual([[subject], before]);
  await press(mails.linkIn(mails.to(email)[0]));
  expect(await statusOf(whole)).toBe(after);
});

test.each(causes)('%s with the address of somebody who was split off since, or erased, is mailed to nobody', async (_kind, decided, type) => {
  for (const leaves of ['split', 'erase']) {
    const { part, email } = await merged(decided);
    await worker.follow();
    await type(email);
    const middle = (await api.fresh.pool.query<{ into_person: string }>('SELECT into_person FROM merges WHERE person = $1', [part])).rows[0]?.into_person ?? '';
    if (leaves === 'split') await act(middle, 'split');
    await act(part, leaves);
    await send();
    expect([leaves, mails.to(email)]).toEqual([leaves, []]);
  }
});
