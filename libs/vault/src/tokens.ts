import { createHash, createHmac } from 'node:crypto';
import { EncryptJWT, SignJWT, base64url, jwtDecrypt, jwtVerify } from 'jose';
import type { KeySet } from './keyring.js';

const ENCRYPTED = { alg: 'dir', enc: 'A256GCM' } as const;

/** How long a link to a receipt opens it. */
export const RECEIPT_DAYS = 30;

export interface UnsubscribeClaims {
  person: string;
  /** The identifier that the mail went to. */
  via?: { kind: string; id: string };
  purpose: string;
}

/** Whose choices a link shows, and to which identifier it was sent. */
export type ChoicesClaims = Omit<UnsubscribeClaims, 'purpose'>;

/** A notice as it was served. */
export interface Snapshot {
  id: string;
  version: string;
  locale: string;
  sha256: string;
}

/** SHA-256 of a token, as it is stored: a stolen table gives no token. */
export const tokenHash = (token: string): Buffer => createHash('sha256').update(token).digest();

/**
 * Tokens of one ledger (JOSE). Each kind has its own key, derived from the named token key; old keys go on opening what
 * they made. Unsubscribe tokens are encrypted (nothing to read in a link) and never expire; a device's token is signed.
 */
export class Tokens {
  private readonly audience: string;
  constructor(
    ledger: string,
    private readonly set: KeySet,
  ) {
    this.audience = ledger;
  }

  private key(name: string, use: string): Buffer {
    const secret = this.set.keys[name];
    if (!secret) throw new Error(`token key ${name} is not in the keyring`);
    return createHmac('sha256', Buffer.from(secret, 'base64')).update(`samtycke ${use}`).digest();
  }

  private keyOf(use: string): (header: { kid?: string }) => Buffer {
    return (header) => this.key(header.kid ?? '', use);
  }

  async device(device: string): Promise<string> {
    const header = { alg: 'HS256', kid: this.set.current };
    const claims = new SignJWT({}).setProtectedHeader(header).setSubject(device).setAudience(this.audience);
    return claims.setIssuedAt().sign(this.key(this.set.current, 'device'));
  }

  /** The device that a token stands for; undefined when the token is not one of ours. */
  async openDevice(token: string): Promise<string | undefined> {
    const options = { audience: this.audience, algorithms: ['HS256'] };
    return jwtVerify(token, this.keyOf('device'), options).then((found) => found.payload.sub, () => undefined);
  }

  async unsubscribe(claims: UnsubscribeClaims): Promise<string> {
    const header = { ...ENCRYPTED, kid: this.set.current };
    const jwt = new EncryptJWT({ via: claims.via, pur: claims.purpose }).setProtectedHeader(header);
    return jwt.setSubject(claims.person).encrypt(this.key(this.set.current, 'unsubscribe'));
  }

  async openUnsubscribe(token: string): Promise<UnsubscribeClaims | undefined> {
    return jwtDecrypt<{ via?: { kind: string; id: string }; pur: string }>(token, this.keyOf('unsubscribe')).then(
      ({ payload }) => ({ person: payload.sub ?? '', via: payload.via, purpose: payload.pur }),
      () => undefined,
    );
  }

  /** A link to all of a person's choices: encrypted, without an end, as an unsubscribe token, and none of those. */
  async choices({ person, via }: ChoicesClaims): Promise<string> {
    const header = { ...ENCRYPTED, kid: this.set.current };
    const jwt = new EncryptJWT({ via }).setProtectedHeader(header).setAudience(this.audience);
    return jwt.setSubject(person).encrypt(this.key(this.set.current, 'choices'));
  }

  /** Undefined when the token is none that `choices` of this ledger made. */
  async openChoices(token: string): Promise<ChoicesClaims | undefined> {
    const found = await jwtDecrypt<Pick<ChoicesClaims, 'via'>>(token, this.keyOf('choices'), { audience: this.audience }).catch(() => undefined);
    return found && { person: found.payload.sub ?? '', via: found.payload.via };
  }

  /** What was shown: a notice by id, version, locale and hash, signed when it was served: `at`, in seconds; now without it. */
  async snapshot({ id, version, locale, sha256 }: Snapshot, at?: number): Promise<string> {
    const header = { alg: 'HS256', kid: this.set.current };
    const jwt = new SignJWT({ id, version, locale, sha256 }).setProtectedHeader(header).setAudience(this.audience);
    return jwt.setIssuedAt(at).sign(this.key(this.set.current, 'snapshot'));
  }

  /** Whether a token is ours and says that exactly this text was served. It does not age: whether the text is in use is another question. */
  async showed(token: string, { id, version, locale, sha256 }: Snapshot): Promise<boolean> {
    const options = { audience: this.audience, algorithms: ['HS256'] };
    const found = await jwtVerify<Snapshot>(token, this.keyOf('snapshot'), options).catch(() => undefined);
    const { payload } = found ?? {};
    return payload?.id === id && payload.version === version && payload.locale === locale && payload.sha256 === sha256;
  }

  /** Lets its holder read one receipt, for `RECEIPT_DAYS`. */
  async receipt(id: string): Promise<string> {
    const header = { alg: 'HS256', kid: this.set.current };
    const jwt = new SignJWT({}).setProtectedHeader(header).setSubject(id).setAudience(this.audience);
    return jwt.setIssuedAt().setExpirationTime(`${RECEIPT_DAYS} days`).sign(this.key(this.set.current, 'receipt'));
  }

  /** Whether a token is ours, for this receipt, and has not expired. */
  async opensReceipt(token: string, id: string): Promise<boolean> {
    const options = { audience: this.audience, algorithms: ['HS256'], subject: id };
    return jwtVerify(token, this.keyOf('receipt'), options).then(() => true, () => false);
  }

  /** A secret that is shared with a downstream system, as it lies at rest: opened for the same system only. */
  async sealShared(system: string, secret: string): Promise<string> {
    const header = { ...ENCRYPTED, kid: this.set.current };
    const jwt = new EncryptJWT({ secret }).setProtectedHeader(header).setSubject(system).setAudience(this.audience);
    return jwt.encrypt(this.key(this.set.current, 'shared'));
  }

  /** Throws where it was sealed for another system or ledger, or under a key that is not in the keyring. */
  async openShared(system: string, sealed: string): Promise<string> {
    const { payload } = await jwtDecrypt<{ secret: string }>(sealed, this.keyOf('shared'), { audience: this.audience, subject: system });
    return payload.secret;
  }

  /** The token of the mail that confirms a request: 32 bytes, the same each time it is asked for, unguessable. */
  confirmation(requestEvent: string): string {
    return base64url.encode(createHmac('sha256', this.key(this.set.current, 'confirm')).update(requestEvent).digest());
  }

  /** The token of another mailed link, or of a page's own button, as `confirmation`: each use has a key of its own, so none opens what another sent. */
  link(use: 'way-back' | 'held' | 'undo', reference: string): string {
    return base64url.encode(createHmac('sha256', this.key(this.set.current, use)).update(reference).digest());
  }
}
