import { afterAll, beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { SCOPES, UNASKED } from '#access';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';
import { codesOfSources } from '../contract/codes.js';

let api: TestApi;
beforeAll(async () => {
  api = await testApi();
});
afterAll(async () => {
  await api.close();
});

interface Description {
  info: { description: string };
  components: { schemas: { Problem: { properties: { code: { enum: string[] } }; 'x-codes': Record<string, { status: unknown[]; meaning: string }> } } };
  paths: Record<string, Record<string, { description?: string; security?: Record<string, string[]>[]; parameters?: { in: string; name: string; required?: boolean; description?: string }[]; responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }> }>>;
}

const described = async (): Promise<Description> => (await api.get('/openapi.json').expect(200)).body;

test('the codes that are documented are those that the sources write: none is missing, and none is of the past', async () => {
  const { Problem } = (await described()).components.schemas;
  const documented = Object.keys(Problem['x-codes']).sort();
  expect(documented).toEqual(codesOfSources());
  expect(documented.filter((code) => Problem['x-codes'][code]?.status.some((status) => typeof status === 'number'))).toEqual([...Problem.properties.code.enum].sort());
});

test('each is told with its statuses and meaning on the page at /docs, and every call says that it answers with a problem document', async () => {
  const { info, components, paths } = await described();
  for (const [code, { status, meaning }] of Object.entries(components.schemas.Problem['x-codes'])) {
    expect(meaning.length).toBeGreaterThan(10);
    expect(info.description).toContain(`| \`${code}\` | ${status.join(', ')} | ${meaning} |`);
  }
  const calls = Object.entries(paths).filter(([path]) => path.startsWith('/v1/')).flatMap(([, methods]) => Object.values(methods));
  expect(calls.length).toBeGreaterThan(25);
  for (const { responses } of calls) expect(responses.default?.content?.['application/problem+json']?.schema.$ref).toBe('#/components/schemas/Problem');
  await api.get('/docs').expect(200);
});

test('no call lists a header twice, or demands one that browsers send by themselves', async () => {
  const { paths } = await described();
  const headers = Object.values(paths).flatMap((methods) => Object.values(methods).map(({ parameters = [] }) => parameters.filter((one) => one.in === 'header')));
  for (const some of headers) expect(some.map(({ name }) => name.toLowerCase())).toEqual([...new Set(some.map(({ name }) => name.toLowerCase()))]);
  const all = headers.flat();
  expect(new Set(all.map(({ name }) => name))).toEqual(new Set(['Idempotency-Key', 'Samtycke-Reason']));
  expect(all.filter(({ required }) => required)).toEqual([]);
});

interface Operation {
  named: string;
  description: string;
  security: Record<string, string[]>[];
  reason: string;
  call(key: string | undefined, headers?: Record<string, string>): request.Test;
}

/** Every call that is described, ready to be made on a person with an event. */
async function operations(ids: Record<string, string>): Promise<Operation[]> {
  const { paths } = await described();
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { description = '', security = [], parameters = [] }]): Operation => ({
      named: `${method} ${path}`,
      description,
      security,
      reason: parameters.find(({ name }) => name === 'Samtycke-Reason')?.description ?? '',
      call: (key, headers = {}) => {
        const filled = path.replace(/\{(\w+)\}/g, (_all, name: string) => ids[name] ?? 'x');
        const query = parameters.filter((one) => one.in === 'query' && one.required).map(({ name }) => `${name}=${ids[name] ?? 'x'}`);
        const made = request(api.app.getHttpServer())[method as 'post'](`${filled}?${query.join('&')}`).set({ ...(key !== undefined && { authorization: `Bearer ${key}` }), ...headers });
        return method === 'get' ? made : made.send(path.endsWith('/receipts') ? { event: ids.event } : {});
      },
    })),
  );
}

async function ids(): Promise<Record<string, string>> {
  const { body } = await api.post('/v1/consents', { subject: someone(), ...NEWSLETTER }, api.keys['consents:write']).expect(201);
  return { person: body.person, event: body.decisions[0].event, id: body.receipt, kind: 'file', purpose: 'newsletter', right: body.decisions[0].event, path: '000' };
}

test('each call says which key it needs, and that is what its guard demands: one of these scopes, a site key, or none', async () => {
  const all = await operations(await ids());
  expect(all.filter(({ security }) => security.length > 0).length).toBeGreaterThan(30);
  const asked = new Set(all.flatMap(({ security }) => security.flatMap(({ serverKey = [] }) => serverKey)));
  expect(SCOPES.filter((scope) => !asked.has(scope))).toEqual(UNASKED);
  for (const { named, security, description, call } of all) {
    const scopes = security.flatMap(({ serverKey = [] }) => serverKey);
    const site = security.some(({ siteKey }) => siteKey !== undefined);
    const without = await call(undefined).timeout(5_000);
    if (security.length === 0) {
      expect([named, without.body.code === 'key_missing']).toEqual([named, false]);
      continue;
    }
    expect([named, without.status, without.body.code]).toEqual([named, 401, 'key_missing']);
    const other = SCOPES.find((scope) => scope !== 'consents:backdate' && !scopes.includes(scope)) ?? 'audit:read';
    const refused = await call(api.keys[other]);
    expect([named, refused.status, refused.body.code, refused.body.scopes]).toEqual([named, 403, 'scope_missing', scopes]);
    const bySite = await call(api.siteKey, { origin: ORIGIN });
    expect([named, bySite.body.code === 'site_key_not_allowed']).toEqual([named, !site]);
    for (const scope of scopes) expect(description).toContain(`\`${scope}\``);
    if (site) expect(description).toMatch(/Needs .*a site key/);
  }
});

test('each call that asks why says what happens without a reason, and that happens', async () => {
  const asking = (await operations(await ids())).filter(({ reason }) => reason.includes('`reason_required`'));
  expect(asking.length).toBeGreaterThan(8);
  for (const { named, security, call } of asking) {
    const scope = security.flatMap(({ serverKey = [] }) => serverKey)[0] as keyof typeof api.keys;
    const { status, body } = await call(api.keys[scope]);
    expect([named, status, body.code]).toEqual([named, 400, 'reason_required']);
  }
});

test('what is answered carries a documented code with a documented status', async () => {
  const { Problem } = (await described()).components.schemas;
  const key = api.keys['consents:write'];
  const answers = await Promise.all([
    api.get('/v1/nothing', key), api.get('/v1/people/x/consents', api.keys['consents:read']), api.get('/v1/people/x/consents'), api.post('/v1/consents', {}, key), api.post('/v1/consents', { x: 1 }, key),
    api.post('/v1/consents', { subject: { email: 'a@example.se' }, decisions: [{ purpose: 'nothing', decision: 'grant' }] }, key),
    api.post('/v1/consents', { subject: { email: 'a@example.se' }, decisions: [{ purpose: 'newsletter', decision: 'grant' }] }, key),
    api.post('/v1/consents', { subject: { email: 'a@example.se' }, decisions: [{ purpose: 'contract', decision: 'withdraw' }] }, key),
    api.post('/v1/check', {}, key), api.get('/v1/notices/nothing'), api.post('/v1/people/5b7f6a52-3c1e-4c0f-9a51-0d6f6a3a9e11/split', undefined, api.keys['people:write']),
  ]);
  for (const { status, body } of answers) {
    expect(status).toBeGreaterThanOrEqual(400);
    expect(Problem['x-codes'][body.code]?.status).toContain(status);
  }
});
