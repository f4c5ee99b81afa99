import { fromBase64 } from './base64.js';
import { canonicalText } from './canonical.js';
import { keyName } from './key-change.js';
import { Findings, type Finding, type Primitives } from './pack/report.js';
import { bytesOf, ED25519, type Verifier } from './signed-note.js';

/** What became of a receipt: what holds, and the document that was signed where everything does. */
export interface ReceiptReport {
  holds: boolean;
  findings: Finding[];
  document?: Record<string, unknown>;
}

interface Jws {
  kid: string;
  /** The document's bytes, as text. */
  payload: string;
  signed: string;
  signature: Uint8Array;
}

const COMPACT = /^([\w-]+)\.([\w-]+)\.([\w-]+)$/;
const decoder = new TextDecoder('utf-8', { fatal: true });
const TOKENS = /"(?:[^"\\]|\\.)*"(\s*:)?/g;

const fromBase64Url = (text: string): Uint8Array | undefined => fromBase64(text.replaceAll('-', '+').replaceAll('_', '/').padEnd(Math.ceil(text.length / 4) * 4, '='));

function textIn(part: string): string {
  const bytes = fromBase64Url(part);
  if (!bytes) throw new RangeError('it is no base64url');
  return decoder.decode(bytes);
}

function jwsOf(text: string): Jws {
  const [, header = '', payload = '', last = ''] = COMPACT.exec(text) ?? [];
  const { alg, kid, crit } = (header ? JSON.parse(textIn(header)) : {}) as { alg?: string; kid?: string; crit?: unknown };
  const signature = fromBase64Url(last);
  if (alg !== 'EdDSA' || typeof kid !== 'string' || crit !== undefined || !signature) throw new RangeError('its signature is no JWS of a log (EdDSA, with the key’s name)');
  return { kid, payload: textIn(payload), signed: `${header}.${payload}`, signature };
}

/** How many members all objects in a value have. */
const membersIn = (value: unknown): number => (typeof value === 'object' && value !== null ? Object.values(value).reduce((sum: number, one) => sum + membersIn(one), Array.isArray(value) ? 0 : Object.keys(value).length) : 0);
const membersWritten = (text: string): number => [...text.matchAll(TOKENS)].filter(([, colon]) => colon !== undefined).length;

/** A file's text as a receipt: the document with its signature, or that alone. Undefined where it is neither. */
function parsed(text: string): { jws?: string; beside?: Record<string, unknown>; twice?: boolean } | undefined {
  if (COMPACT.test(text)) return { jws: text };
  try {
    const { jws, ...beside } = JSON.parse(text) as Record<string, unknown>;
    if (jws === undefined && beside['@type'] !== 'dpv:ConsentReceipt') return undefined;
    return { ...(typeof jws === 'string' && { jws }), beside, twice: membersWritten(text) !== membersIn(beside) + (jws === undefined ? 0 : 1) };
  } catch {
    return undefined;
  }
}

/** Whether a text is a receipt, sound or not. */
export const isReceipt = (text: string): boolean => parsed(text.trim()) !== undefined;

function check(found: Findings, text: string, keys: readonly Verifier[], primitives: Primitives): string | undefined {
  const { jws, beside, twice } = parsed(text.trim()) ?? {};
  if (jws === undefined) return void found.fails('it bears no signature: it shows nothing');
  const { kid, payload, signed, signature } = jwsOf(jws);
  const key = keys.find((one) => one.type === ED25519 && keyName(one) === kid);
  if (!key) return void found.fails(`it says to be signed by ${kid}, a key that you did not give: where you trust that key, too, give it`);
  if (!primitives.check(key.publicKey, bytesOf(signed), signature)) return void found.fails(`the signature is false: ${kid} has not signed this`);
  if (twice) return void found.fails('a member stands twice in the file: what one reader sees in it is not what another sees');
  if (beside && canonicalText(beside) !== payload) return void found.fails('what stands in the file is not what was signed');
  found.all.push({ state: 'holds', text: `it is signed by the log’s key ${kid}, letter for letter` });
  return payload;
}

/**
 * Verifies a receipt offline: that one of these keys of the log has signed exactly what stands in it. That its events stand in
 * the log it only states, as the log's key does: a pack shows it. Pure; throws for no text.
 */
export function verifyReceipt(text: string, keys: readonly Verifier[], primitives: Primitives): ReceiptReport {
  const found = new Findings();
  const payload = found.check('the receipt', () => check(found, text, keys, primitives), () => undefined);
  if (payload === undefined) return { holds: false, findings: found.all };
  found.open('whether that line stands in the log: the receipt states it, an evidence pack of the person (`samtycke proof`) shows it');
  return { holds: true, findings: found.all, document: JSON.parse(payload) as Record<string, unknown> };
}
