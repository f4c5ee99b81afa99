import type { LedgerEvent } from '#contracts';
import { createPool, KEYED_LOOKUPS } from '#database';
import { Ledger } from '#ledger';
import { Counts } from '#statistics';
import { subjectKeysOf, suppressionKeysOf, Tokens } from '#vault';
import { confirmations } from '../../apps/worker/src/confirmations.js';
import { DueMails } from '../../apps/worker/src/due-mails.js';
import type { Job } from '../../apps/worker/src/follow-log.js';
import { heldRound, PutOff, sweep, type HeldJobOptions } from '../../apps/worker/src/held-withdrawals.js';
import { postBy, type OutgoingMail } from '#mails';
import { mailRound } from '../../apps/worker/src/send-due-mails.js';
import { rightMails } from '../../apps/worker/src/right-mails.js';
import { wayBack } from '../../apps/worker/src/way-back.js';
import type { TestApi } from './api.js';
import { pino, type Logger } from 'pino';

/** The worker's mail jobs on the ledger of a test, with the rights of its role, run when the test says so, as often as it likes. */
export interface Mailbox {
  /** Mails in the order in which they were sent. */
  sent: OutgoingMail[];
  /** While true the mail server takes nothing. */
  down: boolean;
  /** Runs before each step that a mail takes: a statement to the database with these values, or its handing over (`to` whom). */
  before?: (step: { values: readonly unknown[]; to?: string }) => Promise<void>;
  to(address: string): OutgoingMail[];
  /** The path of the link in a mail. */
  linkIn(mail: OutgoingMail | undefined): string;
  /** Hands all events to the jobs that follow the log, as a worker does that starts anew, and sends what is due. */
  follow(): Promise<void>;
  /** One look at the held withdrawals, and a sweep. */
  round(): Promise<void>;
  close(): Promise<void>;
}

/** `smtpUrl`: a mail server that really gets the mails; `sent` then stays empty. */
export function mailbox({ fresh }: TestApi, { smtpUrl, log = pino({ level: 'silent' }) }: { smtpUrl?: string; log?: Logger } = {}): Mailbox {
  const sent: OutgoingMail[] = [];
  const { id: ledger, keys, keyring, lookupKeys } = fresh;
  const pool = createPool({ url: fresh.url, name: 'worker', max: 4, settings: { ...KEYED_LOOKUPS, role: 'samtycke_worker' } });
  const appender = new Ledger({ ...fresh.options, pool });
  const counts = new Counts({
    pool,
    ledger,
    onError: (error) => {
      throw error;
    },
  });
  const options: HeldJobOptions = {
    counts, pool, ledger, origin: keyring.origin, keys, tokens: new Tokens(keyring.origin, keyring.tokens), lookupKeys, subjectKeys: subjectKeysOf(keyring), suppressionKeys: suppressionKeysOf(keyring), appender,
    catalogue: async () => fresh.catalogue, publicUrl: 'https://consent.example.test', from: 'ledger@example.se', log,
    post: smtpUrl ? postBy({ smtpUrl, folder: '', domain: 'example.se' }) : async (mail) => {
      await box.before?.({ values: [], to: mail.to });
      if (box.down) throw Object.assign(new Error('the mail server is down'), { code: 'ECONNREFUSED', failure: 'away' });
      sent.push(mail);
    },
  };
  const due = new DueMails(pool, ledger);
  const putOff = new PutOff();
  const query = async (text: string, values: unknown[]): Promise<unknown> => {
    await box.before?.({ values });
    return pool.query(text, values);
  };
  const jobs: Job[] = [confirmations(due), wayBack(due), rightMails(due)];
  const box: Mailbox = {
    sent,
    down: false,
    to: (address) => sent.filter((mail) => mail.to === address),
    linkIn: (mail) => new URL(/https:\/\/\S+/.exec(mail?.text ?? '')?.[0] ?? 'https://none.test/none').pathname,
    async follow() {
      const { rows } = await pool.query<{ bytes: Buffer }>('SELECT bytes FROM events WHERE ledger = $1 ORDER BY recorded_at, person, seq', [ledger]);
      for (const { bytes } of rows) {
        const event = JSON.parse(bytes.toString('utf8')) as LedgerEvent;
        for (const job of jobs) if (job.types.includes(event.type)) await job.handle(event);
      }
      while ((await mailRound({ ...options, pool: { query } as unknown as typeof pool }, due)) > 0);
    },
    async round() {
      await heldRound(options, undefined, putOff);
      await sweep(options);
      await counts.flush();
    },
    async close() {
      await appender.close();
      await pool.end();
    },
  };
  return box;
}
