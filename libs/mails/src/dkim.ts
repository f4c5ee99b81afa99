import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';

/** How mails are signed: what nodemailer takes as `dkim`. */
export interface DkimSigning {
  domainName: string;
  keySelector: string;
  /** PEM. */
  privateKey: string;
  headerFieldNames: string;
}

/** What receivers look up: `value` as TXT record under `name`. */
export interface DkimRecord {
  name: string;
  value: string;
}

/** RFC 8301, section 3.2. */
const LEAST_BITS = 1024;
const LABEL = '[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?';
const NAME = new RegExp(`^${LABEL}(?:\\.${LABEL})*$`);

/**
 * What a signature covers where a mail has it. Both headers of one-click unsubscribe are among them: receivers trust them in no other
 * case (RFC 8058, section 4).
 */
const SIGNED = 'From:Sender:Reply-To:Subject:Date:Message-ID:To:Cc:MIME-Version:Content-Type:Content-Transfer-Encoding:Auto-Submitted:List-Unsubscribe:List-Unsubscribe-Post';

function readKey(path: string): KeyObject {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    throw new Error(`DKIM_KEY_FILE cannot be read: ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
  try {
    return createPrivateKey(text);
  } catch {
    throw new Error(`DKIM_KEY_FILE holds no private key in PEM without a password: ${path}`);
  }
}

function checkKey(key: KeyObject, path: string): void {
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa') throw new Error(`DKIM_KEY_FILE holds no RSA key (${key.asymmetricKeyType}), which every receiver can verify: ${path}`);
  if (bits < LEAST_BITS) throw new Error(`DKIM_KEY_FILE holds an RSA key of ${bits} bits, which receivers ignore; take 2048: ${path}`);
}

function checkName(variable: string, value: string): void {
  if (!NAME.test(value)) throw new Error(`${variable} is no name as in DNS: ${value}`);
}

/**
 * Reads DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE; undefined where none is set, then mails go unsigned. Throws, with one sentence
 * that names the variable, whatever would let mails leave unsigned or with a signature that nobody accepts. Whether DNS holds the
 * record is not looked at.
 */
export function readDkim(env: NodeJS.ProcessEnv): DkimSigning | undefined {
  const { DKIM_DOMAIN: domainName, DKIM_SELECTOR: keySelector, DKIM_KEY_FILE: path } = env;
  if (!domainName && !keySelector && !path) return undefined;
  if (!domainName || !keySelector || !path) throw new Error('DKIM_DOMAIN, DKIM_SELECTOR and DKIM_KEY_FILE are needed together');
  checkName('DKIM_DOMAIN', domainName);
  checkName('DKIM_SELECTOR', keySelector);
  const key = readKey(path);
  checkKey(key, path);
  return { domainName, keySelector, privateKey: key.export({ type: 'pkcs8', format: 'pem' }) as string, headerFieldNames: SIGNED };
}

/** The DNS record by which receivers verify what is signed (RFC 6376, section 3.6). */
export function dkimRecord({ domainName, keySelector, privateKey }: DkimSigning): DkimRecord {
  const key = createPublicKey(privateKey).export({ type: 'spki', format: 'der' });
  return { name: `${keySelector}._domainkey.${domainName}`, value: `v=DKIM1; k=rsa; p=${key.toString('base64')}` };
}
