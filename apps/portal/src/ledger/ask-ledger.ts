import type { PortalConfig } from '../config/read-config.js';
import type { Evidence } from './ledger-types.js';

/** No usable answer came: nobody knows whether the call arrived, and it may be sent again with its idempotency key. */
export class LedgerSilent extends Error {}

/** The ledger answered no, by a code of its own; a 4xx changes nothing. `code` is the stable one of the problem document. */
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
  /** Whether an answer holds what it is read for; one that does not is not the ledger's. */
  isWhole?: (answer: Fields) => boolean;
  /** Beyond the usual, for what takes the ledger longer. */
  patienceMs?: number;
}

type Fields = Record<string, unknown>;

const isFields = (body: unknown): body is Fields => typeof body === 'object' && body !== null && !Array.isArray(body);

/** Answers that hold a text, a list, or named values under a name. */
export const withText = (name: string) => (answer: Fields): boolean => typeof answer[name] === 'string';
export const withList = (name: string) => (answer: Fields): boolean => Array.isArray(answer[name]);
export const withFields = (name: string) => (answer: Fields): boolean => isFields(answer[name]);

export type AskLedger = <Answer>(call: Call) => Promise<Answer>;

const PATIENCE_MS = 3_000;

/** What is said of an address by whoever has looked at nothing of the call. */
const OF_NO_CALL: readonly string[] = ['not_found', 'method_not_allowed', 'refused'];

/** Answers that are about the portal, its key, the address or the moment, not about what was asked; an earlier call under the same key may still end either way. */
const passes = (status: number, code: string): boolean => status >= 500 || [401, 403, 408, 425, 429].includes(status) || code === 'idempotency_in_flight' || OF_NO_CALL.includes(code);

/** What an error says. Whatever stands before the ledger answers too, without a code of the ledger's: then it is not its word. */
async function refusalIn(response: Response): Promise<Error> {
  const body: unknown = await response.json().catch(() => undefined);
  const code = isFields(body) && typeof body.code === 'string' ? body.code : undefined;
  if (code === undefined || passes(response.status, code)) return new LedgerSilent(`the ledger answered ${response.status} ${code ?? 'without a code'}`);
  return new LedgerRefused(response.status, code);
}

/** Stands in each page that the ledger makes to be kept. */
const OF_LEDGER = '<meta name="generator" content="Samtycke">';

async function pageIn(response: Response): Promise<string> {
  const page = await response.text();
  if (!page.includes(OF_LEDGER) || !page.trimEnd().endsWith('</html>')) throw new LedgerSilent('the answer is no whole page of the ledger');
  return page;
}

async function fieldsIn(response: Response, isWhole: (answer: Fields) => boolean): Promise<Fields> {
  const body: unknown = await response.json();
  if (!isFields(body) || !isWhole(body)) throw new LedgerSilent('the answer is not what the ledger answers');
  return body;
}

async function answerOf<Answer>(response: Response, { page, isWhole = () => true }: Pick<Call, 'page' | 'isWhole'>): Promise<Answer> {
  if (!response.ok) throw await refusalIn(response);
  return (page ? await pageIn(response) : await fieldsIn(response, isWhole)) as Answer;
}

const evidenceHeaders = ({ network, userAgent }: Evidence): Record<string, string> => ({ ...(network && { 'x-forwarded-for': network }), ...(userAgent && { 'user-agent': userAgent }) });

/** Calls the api with the portal's own key, and follows no redirect. Throws `LedgerSilent` or `LedgerRefused`, and nothing else. */
export function askLedgerAt({ apiUrl, apiKey }: Pick<PortalConfig, 'apiUrl' | 'apiKey'>): AskLedger {
  return async <Answer>({ method, path, body, idempotencyKey, evidence = {}, page, isWhole, patienceMs = PATIENCE_MS }: Call): Promise<Answer> => {
    const headers: Record<string, string> = { authorization: `Bearer ${apiKey}`, accept: page ? 'text/html' : 'application/json', ...(page && { 'accept-language': page.language }), ...evidenceHeaders(evidence) };
    if (body !== undefined) headers['content-type'] = 'application/json';
    if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
    const request = { method, headers, body: body === undefined ? undefined : JSON.stringify(body), signal: AbortSignal.timeout(patienceMs), redirect: 'error' as const };
    const response = await fetch(`${apiUrl}${path}`, request).catch((error: unknown) => {
      throw new LedgerSilent((error as Error).message);
    });
    return answerOf<Answer>(response, { page, isWhole }).catch((error: unknown) => {
      throw error instanceof LedgerRefused || error instanceof LedgerSilent ? error : new LedgerSilent((error as Error).message);
    });
  };
}
