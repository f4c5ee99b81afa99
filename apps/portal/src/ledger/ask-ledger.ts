import type { PortalConfig } from '../config/read-config.js';
import type { Evidence } from './ledger-types.js';

/** No usable answer came: nobody knows whether the call arrived, and it may be sent again with its idempotency key. */
export class LedgerSilent extends Error {}

/** The ledger answered no; a 4xx changes nothing. `code` is the stable one of the problem document. */
export class LedgerRefused extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
  ) {
    super(`the ledger answered ${status} ${code}`);
  }
}

export interface Call {
  method: 'GET' | 'POST' | 'PUT';
  path: string;
  body?: unknown;
  idempotencyKey?: string;
  /** From where a person decided, whose call this is; without it, the portal's own. */
  evidence?: Evidence;
  /** Whose language a page is to be in; without it the answer is JSON. */
  page?: { language: string };
  /** Beyond the usual, for what takes the ledger longer. */
  patienceMs?: number;
}

export type AskLedger = <Answer>(call: Call) => Promise<Answer>;

const PATIENCE_MS = 3_000;

/** Answers that are about the portal, its key or the moment, not about what was asked; an earlier call under the same key may still end either way. */
const passes = (status: number, code: string): boolean => status >= 500 || [401, 403, 408, 425, 429].includes(status) || code === 'idempotency_in_flight';

async function answerOf<Answer>(response: Response, page: boolean): Promise<Answer> {
  if (page && response.ok) return (await response.text()) as Answer;
  const body = (await response.json().catch(() => ({}))) as { code?: unknown };
  const code = typeof body.code === 'string' ? body.code : 'unknown';
  if (response.ok) return body as Answer;
  if (passes(response.status, code)) throw new LedgerSilent(`the ledger answered ${response.status} ${code}`);
  throw new LedgerRefused(response.status, code);
}

const evidenceHeaders = ({ network, userAgent }: Evidence): Record<string, string> => ({ ...(network && { 'x-forwarded-for': network }), ...(userAgent && { 'user-agent': userAgent }) });

/** Calls the api with the portal's own key. Throws `LedgerSilent` or `LedgerRefused`, and nothing else. */
export function askLedgerAt({ apiUrl, apiKey }: Pick<PortalConfig, 'apiUrl' | 'apiKey'>): AskLedger {
  return async <Answer>({ method, path, body, idempotencyKey, evidence = {}, page, patienceMs = PATIENCE_MS }: Call): Promise<Answer> => {
    const headers: Record<string, string> = { authorization: `Bearer ${apiKey}`, accept: page ? 'text/html' : 'application/json', ...(page && { 'accept-language': page.language }), ...evidenceHeaders(evidence) };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patienceMs) };
    const response = await fetch(`${apiUrl}${path}`, request).catch((error: unknown) => {
      throw new LedgerSilent((error as Error).message);
    });
    return answerOf<Answer>(response, page !== undefined).catch((error: unknown) => {
      throw error instanceof LedgerRefused || error instanceof LedgerSilent ? error : new LedgerSilent((error as Error).message);
    });
  };
}
