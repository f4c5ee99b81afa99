/** A refusal that another key may change. */
export class KeyRefused extends Error {}

const REFUSED: Record<string, string> = {
  key_revoked: 'This key was revoked.',
  key_expired: 'This key has expired.',
};

interface Problem {
  code?: string;
  scopes?: string[];
}

const refusalOf = ({ code = '', scopes }: Problem): KeyRefused =>
  new KeyRefused(scopes ? `This key may not see it: it needs ${scopes.join(' or ')}.` : (REFUSED[code] ?? 'This ledger does not know the key.'));

/** Longer than the ledger lets its own database take. */
const PATIENCE_MS = 15_000;

/**
 * Asks the ledger with the reader's key. Throws `KeyRefused`, or an Error whose message says what is wrong. With a signal an answer that does
 * not come is waited for a quarter of a minute; without one as long as it takes.
 */
export async function ask(key: string, path: string, signal?: AbortSignal): Promise<Response> {
  const response = await fetch(path, { headers: { authorization: `Bearer ${key}` }, signal: signal && AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]), cache: 'no-store' });
  if (response.ok) return response;
  const problem = (await response.json().catch(() => ({}))) as Problem;
  if (response.status === 401 || response.status === 403) throw refusalOf(problem);
  throw new Error(`the ledger answered ${response.status} ${problem.code ?? ''}`);
}
