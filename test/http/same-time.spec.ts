// Runs alone: it compares times of answers.
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { lookupOf, suppressionChainOf } from '#vault';
import { NEWSLETTER, ORIGIN, someone, testApi, type TestApi } from '../setup/api.js';

// Rule 28: no answer, timing or error tells whether an address is known. Measured as somebody on the outside would: over a
// kept-alive connection, kinds mixed at random, each address asked for once.

const EACH = 1_000;
const WITHDRAW = { decisions: [{ purpose: 'newsletter', decision: 'withdraw' }] };
/** Calls under way at once, each on a connection of its own. */
const LANES = 6;
/** `idle`: known, but what is asked changes nothing for a withdrawal. `erased`: what an erasure leaves of an address. */
const KINDS = ['known', 'idle', 'unknown', 'erased'] as const;
type Kind = (typeof KINDS)[number];

let api: TestApi;
let port: number;
const agent = new http.Agent({ keepAlive: true, maxSockets: LANES });
beforeAll(async () => {
  process.env.TRUST_PROXY = '127.0.0.1';
  api = await testApi();
  await api.app.listen(0, '127.0.0.1');
  port = (api.app.getHttpServer().address() as AddressInfo).port;
});
afterAll(async () => {
  delete process.env.TRUST_PROXY;
  agent.destroy();
  await api.close();
});

/** One call over the wire; milliseconds until the whole answer is there, and its text. */
function ask(body: unknown, source: string): Promise<{ ms: number; text: string }> {
  const data = JSON.stringify(body);
  const headers = { authorization: `Bearer ${api.siteKey}`, origin: ORIGIN, 'content-type': 'application/json', 'content-length': Buffer.byteLength(data), 'x-forwarded-for': source };
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const call = http.request({ agent, host: '127.0.0.1', port, path: '/v1/consents', method: 'POST', headers }, (response) => {
      let text = `${response.statusCode} `;
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => resolve({ ms: performance.now() - started, text }));
    });
    call.on('error', reject);
    call.end(data);
  });
}

const median = (values: number[]): number => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** The chance that a value of `one` lies above one of `other`, ties counted half (rank sum): 0.5 when nothing can be told. */
function auc(one: number[], other: number[]): number {
  const all = [...one.map((ms) => ({ ms, own: true })), ...other.map((ms) => ({ ms, own: false }))].sort((a, b) => a.ms - b.ms);
  const ranks = all.reduce((sum, entry, at) => sum + (entry.own ? at + 1 : 0), 0);
  return (ranks - (one.length * (one.length + 1)) / 2) / (one.length * other.length);
}

function shuffled<T>(values: T[]): T[] {
  for (let at = values.length - 1; at > 0; at -= 1) {
    const other = Math.floor(Math.random() * (at + 1));
    [values[at], values[other]] = [values[other] as T, values[at] as T];
  }
  return values;
}

/** A thousand people who have the newsletter, a thousand who have left it, as many addresses that nobody has seen, and as many of erased people, in one random order. */
async function askFor(): Promise<{ kind: Kind; email: string }[]> {
  const all = KINDS.flatMap((kind) => Array.from({ length: EACH }, () => ({ kind, email: someone().email })));
  const known = all.filter((one) => one.kind === 'known' || one.kind === 'idle');
  const lookups = all.filter((one) => one.kind === 'erased').map(({ email }) => lookupOf(suppressionChainOf(api.fresh.keyring), { kind: 'email', value: email }));
  await api.fresh.pool.query('INSERT INTO suppressions (ledger, lookup, since, generation) SELECT $1, unnest($2::bytea[]), now(), 1', [api.fresh.id, lookups]);
  const tell = ({ kind, email }: { kind: Kind; email: string }) => {
    const decision = kind === 'known' ? NEWSLETTER : WITHDRAW;
    return api.post('/v1/consents', { subject: { email }, ...decision }, api.keys['consents:write']).expect(201);
  };
  for (let at = 0; at < known.length; at += 50) await Promise.all(known.slice(at, at + 50).map(tell));
  return shuffled(all);
}

/** Asks for each of them, and compares what an outsider sees. */
async function compare(decision: object, source: (at: number) => string): Promise<{ apart: number; aucs: number[]; answers: string[] }> {
  const times: Record<Kind, number[]> = { known: [], idle: [], unknown: [], erased: [] };
  const answers = new Set<string>();
  const queue = (await askFor()).map((one, at) => ({ ...one, at }));
  const lane = async (): Promise<void> => {
    for (let next = queue.pop(); next; next = queue.pop()) {
      const { ms, text } = await ask({ subject: { email: next.email }, ...decision }, source(next.at));
      times[next.kind].push(ms);
      answers.add(text);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const medians = KINDS.map((kind) => median(times[kind]));
  const aucs = [auc(times.known, times.unknown), auc(times.idle, times.unknown), auc(times.erased, times.unknown)];
  console.info(`${KINDS.map((kind, at) => `${kind} ${medians[at]?.toFixed(2)} ms`).join(', ')}; AUC against unknown ${aucs.map((one) => one.toFixed(3)).join(', ')}`);
  return { apart: Math.max(...medians) - Math.min(...medians), aucs, answers: [...answers] };
}

const ownNetwork = (at: number): string => `10.${Math.floor(at / 250) + 1}.${at % 250}.7`;

test.each([
  ['a withdrawal that acts', WITHDRAW, ownNetwork],
  ['a sign-up', NEWSLETTER, (at: number) => `172.${Math.floor(at / 250) + 1}.${at % 250}.7`],
  ['a withdrawal that is held', WITHDRAW, () => '192.0.2.7'],
])('%s takes the same time and gets the same bytes for 1,000 addresses of each kind: known, known without effect, unknown, erased', async (_name, decision, source) => {
  const found = await compare(decision, source);
  expect(found.answers).toEqual(['202 {"accepted":true}']);
  expect(found.apart).toBeLessThan(2);
  expect(found.aucs.filter((one) => one < 0.45 || one > 0.55)).toEqual([]);
}, 400_000);
