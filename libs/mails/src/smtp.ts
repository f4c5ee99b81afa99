import type { Readable } from 'node:stream';
import { createTransport, type SendMailOptions } from 'nodemailer';
import type { DkimSigning } from './dkim.js';

/** Why a mail was not handed over. */
export type Failure =
  /** The server will not take this mail, now or later. */
  | 'refused'
  /** The server has not taken this mail; later it may, and another mail may go through at once. */
  | 'put-off'
  /** The connection broke when the server may have had the whole mail. */
  | 'unclear'
  /** The server takes no mail of ours: it cannot be reached, or does not take us or the sender. */
  | 'away'
  /** Nobody wanted it sent any more when its turn came. */
  | 'stopped';

export interface Smtp {
  /**
   * Hands over one mail; rejects with an error that `failureOf` reads. `may` is asked once, when the server is about to
   * hear of the mail: however long it waited until then, a mail that may not be sent any more is not.
   */
  send(message: SendMailOptions, may?: () => boolean): Promise<void>;
  close(): void;
}

export interface SmtpOptions {
  /** How mails are signed; without it they leave unsigned. */
  dkim?: DkimSigning;
  /** So many connections are kept and shared; absent: each mail has one of its own. */
  connections?: number;
}

/** How long a server may take to be reached, to greet, and to say a word. */
const LIMITS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 };
/** Commands whose refusal is about this mail and nothing else. */
const ABOUT_THE_MAIL = new Set(['RCPT TO', 'DATA']);

interface MailError {
  responseCode?: unknown;
  command?: unknown;
  failure?: Failure;
}

/** Reads nodemailer's error; `text` is the mail's, once its own dialogue has begun. */
function readFailure(error: MailError, text: Readable | undefined): Failure {
  const answer = Number(error.responseCode);
  const answered = answer >= 400 && answer < 600;
  if (!text || (answered && error.command === 'MAIL FROM')) return 'away';
  if (!answered) return text.readableDidRead ? 'unclear' : 'put-off';
  return answer >= 500 && ABOUT_THE_MAIL.has(String(error.command)) ? 'refused' : 'put-off';
}

/** Why a mail was not handed over; what no server said anything about counts as a server that is away. */
export const failureOf = (error: unknown): Failure => (error as MailError).failure ?? 'away';

/** Whether it was a server, or the way to it, that did not take a mail. */
export const isOfServer = (error: unknown): boolean => (error as MailError).failure !== undefined;

/** Whether the receiving side refused this mail for good, so that sending it again is of no use. */
export const isRefused = (error: unknown): boolean => failureOf(error) === 'refused';

interface Sending {
  onText(text: Readable): void;
}

/** Hands mails to an SMTP server; none is sent a second time unless the caller does it. */
export function smtp(url: string, { dkim, connections }: SmtpOptions = {}): Smtp {
  const kept = connections === undefined ? {} : { pool: true, maxConnections: connections, maxRequeues: 0 };
  const transport = createTransport({ url, ...LIMITS, ...kept, dkim } as never);
  transport.use('stream', ({ message, data }, done) => {
    const read = message.createReadStream.bind(message);
    message.createReadStream = (options) => {
      const text = read(options);
      (data as unknown as Sending).onText(text);
      return text;
    };
    done();
  });
  return {
    async send(message, may = () => true) {
      const stopped = new AbortController();
      let text: Readable | undefined;
      const onText = (begun: Readable): void => {
        text = begun;
        if (!may()) stopped.abort();
      };
      await transport.sendMail({ ...message, onText, signal: stopped.signal } as SendMailOptions).catch((error: Error) => {
        throw Object.assign(error, { failure: stopped.signal.aborted ? 'stopped' : readFailure(error as MailError, text) });
      });
    },
    close: () => transport.close(),
  };
}
