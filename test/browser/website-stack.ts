import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import axe from 'axe-core';
import { simpleParser } from 'mailparser';
import type { Page } from 'playwright-core';

/** What a running stack says about itself (run.json). */
export interface Stack {
  urls: Record<'api' | 'portal' | 'website' | 'newsletter' | 'analytics', string>;
  keys: Record<string, string>;
  /** Where mails land that are not sent by SMTP. */
  mailDir: string;
}

/** The stack named by TEST_STACK_RUN_JSON; its mails lie in TEST_STACK_MAIL_DIR, by default `mail` beside that file. */
export async function readStack(): Promise<Stack> {
  const path = process.env.TEST_STACK_RUN_JSON;
  if (!path) throw new Error('TEST_STACK_RUN_JSON is not set: this test needs the run.json of a running stack.');
  const { urls, keys } = JSON.parse(await readFile(path, 'utf8')) as Omit<Stack, 'mailDir'>;
  return { urls, keys, mailDir: process.env.TEST_STACK_MAIL_DIR ?? join(dirname(path), 'mail') };
}

/** Calls the api with the development key of a scope. */
export async function askApi(stack: Stack, scope: string, path: string, body?: unknown): Promise<{ status: number; body: Record<string, unknown> }> {
  const response = await fetch(`${stack.urls.api}${path}`, {
    method: body === undefined ? 'GET' : 'POST',
    headers: { authorization: `Bearer ${stack.keys[scope]}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

/** An address that no other test has used. */
export const newAddress = (): string => `anna.${crypto.randomUUID().slice(0, 8)}@example.se`;

/** The person behind an address; undefined while the ledger knows nobody. */
export async function personOf(stack: Stack, email: string): Promise<string | undefined> {
  const { status, body } = await askApi(stack, 'people:read', '/v1/people/lookup', { subject: { email } });
  return status === 200 ? String(body.person) : undefined;
}

/** The state of one purpose of a person or device. */
export async function stateOf(stack: Stack, person: string, purpose: string): Promise<Record<string, unknown> | undefined> {
  const { body } = await askApi(stack, 'consents:read', `/v1/people/${person}/consents`);
  return (body.consents as Record<string, unknown>[] | undefined)?.find((state) => state.purpose === purpose);
}

/** The link of a mail to this address whose path begins with `path`; undefined while there is none. */
export async function mailedLink(stack: Stack, email: string, path: string): Promise<string | undefined> {
  const files = await readdir(stack.mailDir).catch(() => []);
  for (const file of files.filter((name) => name.endsWith('.eml'))) {
    const mail = await simpleParser(await readFile(join(stack.mailDir, file)));
    const to = [mail.to ?? []].flat().flatMap(({ value }) => value.map(({ address }) => address));
    const link = to.includes(email) ? new RegExp(`https?://[^\\s"<>]+?${path}[\\w.~-]+`).exec(mail.text ?? '')?.[0] : undefined;
    if (link) return link;
  }
  return undefined;
}

/** What axe finds against WCAG 2.2 A and AA and its best practices, in words; empty on a page without fault. `rules`: these alone. */
export async function accessibilityFaults(page: Page, rules?: string[]): Promise<string[]> {
  await page.evaluate(axe.source);
  const violations = await page.evaluate(async (only) => {
    const { axe: onPage } = globalThis as unknown as { axe: typeof axe };
    const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
    return (await onPage.run(document, { runOnly: only ? { type: 'rule', values: only } : { type: 'tag', values: tags } })).violations;
  }, rules);
  return violations.flatMap(({ id, help, nodes }) => nodes.map(({ target }) => `${id}: ${help} (${target.join(' ')})`));
}

/** How many CSS pixels a page is wider than its window. */
export const overflowOf = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
