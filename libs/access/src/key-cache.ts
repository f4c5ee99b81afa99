import { setTimeout as sleep } from 'node:timers/promises';
import type { Pool } from 'pg';
import { readKeys, type ApiKey } from './keys.js';
import { secretHash } from './secret.js';

const REFRESH_MS = 2_000;
/** After this long without a refresh no key is believed: a revocation must not be missed. */
const STALE_MS = 5_000;

/** However many unknown keys come, two extra reads lie at least this many milliseconds apart. */
const LOOK_AGAIN_MS = 200;
const LOOK_LIMIT_MS = 3_000;

/** Why a secret was not accepted. */
export type KeyProblem = 'key_unknown' | 'key_revoked' | 'key_expired' | 'keys_stale';

/**
 * The keys in memory, read anew every two seconds, so that a revoked key is refused by every instance within five. The
 * last use of each key is written at the same pace.
 */
export class KeyCache {
  private keys = new Map<string, ApiKey>();
  private used = new Map<string, Date>();
  private hashes = new Map<string, string>();
  private readAt = -Infinity;
  private timer?: NodeJS.Timeout;
  private stopped = false;
  private again?: Promise<void>;
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly onError: (error: unknown) => void = () => undefined,
  ) {}

  /** Reads the keys for the first time; throws when the database does not answer. */
  async start(): Promise<void> {
    await this.refresh();
    this.schedule();
  }

  async stop(): Promise<void> {
    this.stopped = true;
    clearTimeout(this.timer);
    await this.writeLastUse().catch(this.onError);
  }

  /** The key behind a secret, or why there is none. */
  find(secret: string): ApiKey | KeyProblem {
    if (performance.now() - this.readAt > STALE_MS) return 'keys_stale';
    const key = this.keys.get(this.hashOf(secret));
    if (!key) return 'key_unknown';
    if (key.revokedAt) return 'key_revoked';
    const now = new Date();
    if (key.expiresAt <= now) return 'key_expired';
    this.used.set(key.id, now);
    return key;
  }

  /**
   * Like `find`, but looks into the database before it calls a key unknown (one made a moment ago works at once), or all of
   * them stale (a process that slept, or had no database for a while, goes on at once). Waits three seconds for it at most, and
   * asks again meanwhile.
   */
  async findNow(secret: string): Promise<ApiKey | KeyProblem> {
    const found = this.find(secret);
    if (found !== 'key_unknown' && found !== 'keys_stale') return found;
    this.again ??= this.lookAgain().finally(() => (this.again = undefined));
    await Promise.race([this.again, sleep(LOOK_LIMIT_MS, undefined, { ref: false })]);
    return this.find(secret);
  }

  private async lookAgain(): Promise<void> {
    const wait = this.readAt + LOOK_AGAIN_MS - performance.now();
    if (wait > 0) await sleep(wait);
    const end = performance.now() + LOOK_LIMIT_MS;
    while (!(await this.read()) && performance.now() < end) await sleep(LOOK_AGAIN_MS, undefined, { ref: false });
  }

  /** False where the read failed: a connection that broke over it says nothing of the next one. */
  private async read(): Promise<boolean> {
    try {
      await this.refresh();
      return true;
    } catch (error) {
      this.onError(error);
      return false;
    }
  }

  /** Origins of all living site keys: what a browser's preflight is answered from. */
  allows(origin: string): boolean {
    for (const key of this.keys.values()) if (key.kind === 'site' && !key.revokedAt && key.origins.has(origin)) return true;
    return false;
  }

  /** Origins from which a site key works now, each once, in order. */
  siteOrigins(): string[] {
    const now = new Date();
    const living = [...this.keys.values()].filter((key) => key.kind === 'site' && !key.revokedAt && key.expiresAt > now);
    return [...new Set(living.flatMap(({ origins }) => [...origins]))].sort();
  }

  private hashOf(secret: string): string {
    const known = this.hashes.get(secret);
    if (known !== undefined) return known;
    const hash = secretHash(secret).toString('hex');
    if (this.keys.has(hash) && this.hashes.size < 10_000) this.hashes.set(secret, hash);
    return hash;
  }

  private schedule(): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      this.refresh().then(() => this.writeLastUse()).catch(this.onError).finally(() => this.schedule());
    }, REFRESH_MS).unref();
  }

  private async refresh(): Promise<void> {
    const asked = performance.now();
    this.keys = await readKeys(this.pool, this.ledger);
    this.readAt = asked;
  }

  private async writeLastUse(): Promise<void> {
    const used = [...this.used];
    if (used.length === 0) return;
    this.used = new Map();
    const values = [this.ledger, used.map(([id]) => id), used.map(([, at]) => at)];
    await this.pool.query(
      `UPDATE api_keys k SET last_used_at = u.at FROM unnest($2::uuid[], $3::timestamptz[]) AS u(id, at)
       WHERE k.ledger = $1 AND k.id = u.id`,
      values,
    );
  }
}
