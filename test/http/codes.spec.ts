import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { testApi, type TestApi } from '../setup/api.js';
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
  paths: Record<string, Record<string, { parameters?: { in: string; name: string; required?: boolean }[]; responses: Record<string, { content?: Record<string, { schema: { $ref: string } }> }> }>>;
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
