// The running installation, as its run.json tells of it: calls of the public API, mails that the worker wrote, the command line.
import { execFile } from 'node:child_process';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { simpleParser } from 'mailparser';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');
const LOOK_EVERY_MS = 100;

/** Looks again until there is something; throws after `seconds`, and says what it waited for. */
export async function until(what, look, seconds = 30) {
  for (const limit = performance.now() + seconds * 1000; performance.now() < limit; await pause(LOOK_EVERY_MS)) {
    const found = await look();
    if (found) return found;
  }
  throw new Error(`waited ${seconds} s for ${what}`);
}

async function newestLink(folder, address) {
  const files = (await readdir(folder).catch(() => [])).filter((file) => file.endsWith('.eml'));
  for (const file of files) {
    const mail = await simpleParser(await readFile(join(folder, file)));
    const link = mail.to?.text.includes(address) && /https?:\/\/\S+\/c\/\S+/.exec(mail.text ?? '')?.[0];
    if (link) return { subject: mail.subject, link };
  }
  return undefined;
}

/** Beside a started installation; `SAMTYCKE_DATA` says where its data lies, `MAIL_DIR` where its mails go if not there. */
export async function openInstallation() {
  const dataDir = process.env.SAMTYCKE_DATA ?? join(root, '.data');
  const text = await readFile(join(dataDir, 'run.json'), 'utf8').catch(() => {
    throw new Error(`there is no run.json in ${dataDir}: run \`npm start\` first`);
  });
  const { urls, keys, siteKey } = JSON.parse(text);

  /** One call; `as` is the scope of its key, or `site`. Throws the problem that it is answered with, unless its status is expected. */
  async function call(as, method, path, body, { expected = [200, 201, 202], type = 'application/json', headers = {} } = {}) {
    const own = as === 'site' ? { authorization: `Bearer ${siteKey}`, origin: new URL(urls.website).origin } : { authorization: `Bearer ${keys[as]}` };
    const content = body === undefined ? {} : { 'content-type': type };
    const sent = body === undefined || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, urls.api), { method, headers: { ...own, ...content, ...headers }, body: sent });
    const answer = await response.json();
    if (!expected.includes(response.status)) throw new Error(`${method} ${path}: ${response.status} ${answer.code}: ${answer.detail}`);
    return answer;
  }

  return {
    get: (as, path, options) => call(as, 'GET', path, undefined, options),
    post: (as, path, body, options) => call(as, 'POST', path, body, options),
    /** The mail with a link to confirm by, once the worker has sent it. */
    mailTo: (address) => until(`the mail to ${address}`, () => newestLink(process.env.MAIL_DIR ?? join(dataDir, 'mail'), address)),
    async samtycke(...args) {
      const env = { ...process.env, SAMTYCKE_DATA: dataDir };
      const { stdout } = await promisify(execFile)(process.execPath, [join(root, 'dist/apps/cli/src/main.js'), ...args], { env });
      return stdout.trim();
    },
    /** Every event of a holder, page by page. Leaves a trace, with this reason. */
    async history(holder) {
      const events = [];
      for (let cursor = 0; cursor !== undefined; ) {
        const page = await call('audit:read', 'GET', `/v1/people/${holder}/history?cursor=${cursor}`, undefined, { headers: { 'samtycke-reason': 'the walk' } });
        events.push(...page.events);
        cursor = page.next;
      }
      return events;
    },
  };
}
