import { relative } from 'node:path';
import { type Servers } from './start-servers.js';
import { type Settings } from './settings.js';

/** The addresses of what runs, as a browser is to use them, and one thing to try first. */
export function welcome(settings: Settings, servers: Servers, elapsed: string): string {
  const { browserUrls: urls, root, dataDir, mailDir, inherited } = settings;
  const database = new URL(servers.databaseUrl);
  const shown = (path: string): string => (relative(root, path).startsWith('..') ? path : relative(root, path));
  const rows = [
    ['website', urls.website, 'cookie banner, sign-up forms'],
    ['portal', urls.portal, 'what a signed-in person sees'],
    ['newsletter', urls.newsletter, 'a downstream system'],
    ['analytics', urls.analytics, 'another one'],
    ['api', urls.api, `described at ${urls.api}/docs`],
    ['live page', `${urls.api}/propagation`, 'which system acted, and how soon'],
    ['PostgreSQL', `${database.hostname}:${database.port || '5432'}`, `URL, keys and pids: ${shown(dataDir)}/run.json`],
    ['Kafka', servers.kafkaMissing ? 'none' : servers.kafkaBrokers, servers.kafkaMissing ? 'changes wait in the outbox' : ''],
  ];
  const mails = inherited.SMTP_URL ? 'the confirmation comes by mail' : `the mail with the confirmation lies in ${shown(mailDir)}/`;
  return [
    '',
    `Samtycke is ready after ${elapsed}.`,
    '',
    ...rows.map(([name = '', address = '', note = '']) => `  ${name.padEnd(12)}${address.padEnd(36)}${note}`.trimEnd()),
    '',
    `First thing to try: open ${urls.website} and subscribe to the newsletter; ${mails}.`,
    'Ctrl-C stops all of it; the data stay.',
    '',
  ].join('\n');
}
