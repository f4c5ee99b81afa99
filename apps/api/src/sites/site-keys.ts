import { Injectable } from '@nestjs/common';
import { KeyCache, type ApiKey } from '#access';
import { keyProblem } from '../http/access.js';
import { ProblemError } from '../http/problem.js';

const SECRET = /^[\w-]{20,200}$/;

/** Site keys that stand in an address: pages show them to everybody, so they are no secret, and open nothing but what is said here. */
@Injectable()
export class SiteKeys {
  constructor(private readonly keys: KeyCache) {}

  /**
   * The living site key of this secret. `origin` is where the call comes from; a page of the api's own origin sends none on a
   * GET. 401 for a key that is none or dead, 403 for a server key and for a foreign origin.
   */
  async of(secret: string, origin?: string): Promise<ApiKey> {
    const key = SECRET.test(secret) ? await this.keys.findNow(secret) : 'key_unknown';
    if (typeof key === 'string') throw keyProblem(key);
    if (key.kind !== 'site') throw new ProblemError(403, 'site_key_not_allowed', 'this key is none of a site');
    if (origin !== undefined && !key.origins.has(origin)) throw new ProblemError(403, 'origin_not_allowed', 'this site key is bound to other origins');
    return key;
  }
}
