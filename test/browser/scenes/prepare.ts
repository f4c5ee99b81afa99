import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { until } from '#testing';
import { askApi, mailedLink, newAddress, type Stack } from '../website-stack.js';

/** Somebody and something on every page that needs it: links of mails, a receipt, a pack, an issue that was sent. */
export interface Prepared {
  stack: Stack;
  siteKey: string;
  logKey: string;
  /** Has the newsletter. */
  email: string;
  receipt: string;
  unsubscribe: string;
  /** The page of all choices. */
  choices: string;
  confirm: string;
  wayBack: string;
  held: string;
  pack: Buffer;
  issue: string;
}

const NEWSLETTER = { notice: { id: 'newsletter-signup', version: '1.3', locale: 'sv' }, capture: { context: 'newsletter-signup', method: 'form', point: 'site-footer' } };
const decisions = (decision: string): object[] => [{ purpose: 'newsletter', decision, ...(decision === 'grant' && { channels: ['email'] }) }];
/** Above so many an hour from one network withdrawals are held. */
const WITHDRAWALS_AN_HOUR = 30;
const MAIL = { timeoutMs: 60_000, what: 'a mail with a link' };
let networks = 0;

/** Calls as a website's visitor of a network of his own would: every 127.x.y.0/24 is one. */
async function fromNetwork(stack: Stack, siteKey: string, network: string, body: unknown): Promise<number> {
  const headers = { authorization: `Bearer ${siteKey}`, origin: new URL(stack.urls.website).origin, 'content-type': 'application/json' };
  const call = request(`${stack.urls.api}/v1/consents`, { method: 'POST', headers, localAddress: network });
  call.end(JSON.stringify(body));
  const [answer] = (await once(call, 'response')) as [IncomingMessage];
  answer.resume();
  await once(answer, 'end');
  return answer.statusCode ?? 0;
}

async function give(stack: Stack): Promise<{ email: string; person: string; receipt: string }> {
  const email = newAddress();
  const { body } = await askApi(stack, 'consents:write', '/v1/consents', { subject: { email }, decisions: decisions('grant'), ...NEWSLETTER });
  return { email, person: String(body.person), receipt: String(body.receipt) };
}

async function heldLink(stack: Stack, siteKey: string): Promise<string> {
  const network = `127.77.${process.pid % 250}.${(networks += 1)}`;
  const withdraw = (email: string): Promise<number> => fromNetwork(stack, siteKey, network, { subject: { email }, decisions: decisions('withdraw') });
  await Promise.all(Array.from({ length: WITHDRAWALS_AN_HOUR }, () => withdraw(newAddress())));
  const { email } = await give(stack);
  await withdraw(email);
  return until(() => mailedLink(stack, email, '/h/'), MAIL);
}

async function wayBackLink(stack: Stack, siteKey: string): Promise<string> {
  const { email } = await give(stack);
  await fromNetwork(stack, siteKey, `127.78.${process.pid % 250}.${(networks += 1)}`, { subject: { email }, decisions: decisions('withdraw') });
  return until(() => mailedLink(stack, email, '/b/'), MAIL);
}

/** The link of the mail that asks whether somebody wants the newsletter. */
export async function confirmLink(stack: Stack, siteKey: string, email = newAddress()): Promise<string> {
  await fromNetwork(stack, siteKey, `127.79.${process.pid % 250}.${(networks += 1)}`, { subject: { email }, decisions: decisions('grant'), ...NEWSLETTER });
  return until(() => mailedLink(stack, email, '/c/'), MAIL);
}

async function packOf(stack: Stack, person: string): Promise<Buffer> {
  const answer = await until(async () => {
    const response = await fetch(`${stack.urls.api}/v1/people/${person}/proof`, { headers: { authorization: `Bearer ${stack.keys['audit:read']}`, 'samtycke-reason': 'a look at the page' } });
    return response.ok ? response : undefined;
  });
  return Buffer.from(await answer.arrayBuffer());
}

async function sendIssue(stack: Stack): Promise<string> {
  const body = new URLSearchParams({ id: crypto.randomUUID(), subject: 'Värme ur kylan', body: 'Hej!\n\nVintern är här, och med den frågan vart värmen tar vägen.' });
  const { headers } = await fetch(`${stack.urls.newsletter}/issues`, { method: 'POST', body, redirect: 'manual' });
  const path = headers.get('location') ?? '';
  if (!path.startsWith('/issues/')) throw new Error('the newsletter took no issue');
  return path;
}

/** Links of mails that lead to pages, and what else those pages show. */
export async function prepare(stack: Stack): Promise<Prepared> {
  const { siteKey, logKey } = JSON.parse(await readFile(process.env.TEST_STACK_RUN_JSON ?? '', 'utf8')) as { siteKey: string; logKey: string };
  const { email, person, receipt } = await give(stack);
  await until(async () => (await askApi(stack, 'audit:read', `/v1/receipts/${receipt}`)).status === 200);
  const { body } = await askApi(stack, 'identifiers:read', `/v1/people/${person}/identifiers?purpose=newsletter`);
  const [confirm, wayBack, held, pack, issue] = await Promise.all([confirmLink(stack, siteKey), wayBackLink(stack, siteKey), heldLink(stack, siteKey), packOf(stack, person), sendIssue(stack)]);
  return { stack, siteKey, logKey, email, receipt, unsubscribe: String(body.unsubscribe), choices: String(body.preferences), confirm, wayBack, held, pack, issue };
}
