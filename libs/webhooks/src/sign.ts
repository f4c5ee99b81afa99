import { createHmac, randomBytes } from 'node:crypto';

const PREFIX = 'whsec_';

/** A new signing secret, 32 random bytes, as Standard Webhooks writes it. */
export const newSecret = (): string => `${PREFIX}${randomBytes(32).toString('base64')}`;

/** Whether it is a secret as Standard Webhooks writes it: `whsec_`, then 24 to 64 bytes in base64. */
export function isSecret(text: string): boolean {
  const encoded = text.slice(PREFIX.length);
  const bytes = Buffer.from(encoded, 'base64');
  return text.startsWith(PREFIX) && bytes.toString('base64') === encoded && bytes.length >= 24 && bytes.length <= 64;
}

export interface SignedMessage {
  id: string;
  /** Of this try, not of the message. */
  at: Date;
  body: string;
  /** Each signs; the receiver needs one that it knows. */
  secrets: readonly string[];
}

/** The three headers of Standard Webhooks: HMAC-SHA256 over `id.seconds.body`. */
export function signatureHeaders({ id, at, body, secrets }: SignedMessage): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1_000));
  const signed = secrets.map((secret) => `v1,${createHmac('sha256', Buffer.from(secret.slice(PREFIX.length), 'base64')).update(`${id}.${seconds}.${body}`).digest('base64')}`);
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': signed.join(' ') };
}
