import { settings } from './settings.js';

const PATIENCE_MS = 10_000;

/** `undefined` status: no answer came, so nobody knows whether the call arrived. */
export interface Answer {
  status?: number;
  body: Record<string, unknown>;
}

/** POSTs JSON to the api with the site key. Never throws; an idempotency key makes repeating it harmless. */
export async function askApi(path: string, body: unknown, idempotencyKey?: string): Promise<Answer> {
  const headers: Record<string, string> = { authorization: `Bearer ${settings.siteKey}`, 'content-type': 'application/json' };
  if (idempotencyKey) headers['idempotency-key'] = idempotencyKey;
  try {
    const response = await fetch(`${settings.apiUrl}${path}`, {
      method: 'POST',
      headers,
      body: JSON.stringify(body),
      credentials: 'omit',
      keepalive: true,
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const answer = (await response.json().catch(() => ({}))) as Record<string, unknown>;
    return { status: response.status, body: answer };
  } catch {
    return { body: {} };
  }
}
