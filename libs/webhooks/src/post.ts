import { lookup as resolve, type LookupAddress } from 'node:dns';
import { Agent as PlainAgent, request as plain, type ClientRequest, type IncomingMessage } from 'node:http';
import { Agent as SecureAgent, request as secure } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import type { Reach } from './reach.js';

const TIMEOUT_MS = 10_000;
/** An answer says an outcome and a time at most; what is longer is cut off, and the connection with it. */
const MOST_BYTES = 16 * 1024;

export interface Answer {
  status: number;
  headers: IncomingMessage['headers'];
  /** What came of the body, at most 16 KiB. */
  body: string;
  /** When the status came. */
  at: Date;
}

/** Nothing was answered. `code` names why: `timeout`, `address_not_allowed`, or as Node and TLS name it. */
export class NoAnswer extends Error {
  constructor(readonly code: string) {
    super(`no answer: ${code}`);
  }
}

export interface PosterOptions {
  reach: Reach;
  timeoutMs?: number;
  /** Certificates to trust instead of the public ones, PEM. */
  ca?: string;
}

export interface Post {
  url: string;
  headers: Record<string, string>;
  body: string;
  /** Ends the call: for a leader that leads no more. */
  signal: AbortSignal;
}

const notAllowed = (): Error => Object.assign(new Error('address not allowed'), { code: 'address_not_allowed' });

/** Resolves a host for one connection, and refuses it where one of its addresses is out of reach: what was checked is what is called. */
const checked = (reach: Reach, url: URL): LookupFunction => (host, options, done) => {
  resolve(host, { ...options, all: true }, (error, found) => {
    const addresses = found as LookupAddress[];
    const fault = error ?? (addresses.every(({ address }) => reach.reaches(url, address)) ? null : notAllowed());
    if (fault || !addresses[0]) return done(fault ?? notAllowed(), '');
    if (options.all) done(null, addresses);
    else done(null, addresses[0].address, addresses[0].family);
  });
};

async function textOf(response: IncomingMessage): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of response as AsyncIterable<Buffer>) {
    pieces.push(piece);
    if ((size += piece.length) >= MOST_BYTES) break;
  }
  return Buffer.concat(pieces).subarray(0, MOST_BYTES).toString('utf8');
}

/** Posts, and follows no redirect. Connections are kept, and each was made to an address within reach. */
export class Poster {
  private readonly agents = { 'http:': new PlainAgent({ keepAlive: true }), 'https:': new SecureAgent({ keepAlive: true }) };
  constructor(private readonly options: PosterOptions) {}

  /** Throws NoAnswer where no status came, in time or at all; a body that breaks off after it is an answer. */
  async post(post: Post): Promise<Answer> {
    try {
      return await this.once(post);
    } catch (error) {
      // A kept connection that the other side had closed was no try.
      if (!(error instanceof StaleConnection)) throw error;
      return this.once(post);
    }
  }

  private once({ url: text, headers, body, signal }: Post): Promise<Answer> {
    const url = new URL(text);
    const { reach, timeoutMs = TIMEOUT_MS, ca } = this.options;
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
    if (isIP(host) && !reach.reaches(url, host)) return Promise.reject(new NoAnswer('address_not_allowed'));
    const agent = this.agents[url.protocol as 'https:'];
    const options = { method: 'POST', headers: { ...headers, 'content-length': Buffer.byteLength(body) }, agent, lookup: checked(reach, url), ...(ca && { ca }) };
    const request = (url.protocol === 'http:' ? plain : secure)(url, options);
    return new Promise((done, failed) => {
      const stop = (code: string) => (): void => void request.destroy(Object.assign(new Error(code), { code }));
      const ended = stop('leads no more');
      const timer = setTimeout(stop('timeout'), timeoutMs);
      signal.addEventListener('abort', ended, { once: true });
      const over = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', ended);
      };
      const fail = (error: Error): void => {
        over();
        failed(faultOf(request, error));
      };
      request.once('error', fail);
      request.once('response', (response) => {
        const at = new Date();
        request.off('error', fail).on('error', () => undefined);
        const { statusCode: status = 0, headers: answered } = response;
        void textOf(response)
          .catch(() => '')
          .then((answer) => done({ status, headers: answered, body: answer, at }))
          .finally(over);
      });
      request.end(body);
      if (signal.aborted) ended();
    });
  }

  close(): void {
    for (const agent of Object.values(this.agents)) agent.destroy();
  }
}

class StaleConnection extends NoAnswer {}

const faultOf = (request: ClientRequest, { code = 'broken' }: Error & { code?: string }): NoAnswer =>
  request.reusedSocket && (code === 'ECONNRESET' || code === 'EPIPE') ? new StaleConnection(code) : new NoAnswer(code);
