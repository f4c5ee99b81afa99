import { settings } from './settings.js';

const PATIENCE_MS = 10_000;

/** `undefined` status: no answer came, so nobody knows whether the call arrived. */
export interface Answer {
  status?: number;
  body: Record<string, unknown>;
  /** How far this browser's clock is ahead of the api's, in ms; 0 within a minute. */
  ahead: number;
}

async function ask(path: string, init: RequestInit): Promise<Answer> {
  try {
    const response = await fetch(settings.api + path, { ...init, credentials: 'omit', signal: AbortSignal.timeout(PATIENCE_MS) });
    const body = ((await response.json().catch(() => null)) ?? {}) as Answer['body'];
    const ahead = Date.now() - Date.parse(response.headers.get('date') ?? '');
    return { status: response.status, body, ahead: Math.abs(ahead) > 60_000 ? ahead : 0 };
  } catch {
    return { body: {}, ahead: 0 };
  }
}

/** Asks for what stands open under the site key. Never throws. */
export const readSite = (path: string, init: RequestInit = {}): Promise<Answer> => ask(`/v1/sites/${settings.siteKey}${path}`, init);

/** POSTs JSON with the site key. Never throws; an idempotency key makes repeating it harmless. */
export function askApi(path: string, body: unknown, idempotencyKey?: string): Promise<Answer> {
  const headers = { authorization: `Bearer ${settings.siteKey}`, 'content-type': 'application/json', ...(idempotencyKey && { 'idempotency-key': idempotencyKey }) };
  return ask(path, { method: 'POST', headers, body: JSON.stringify(body), keepalive: true });
}
