import type { Pool } from 'pg';
import type { Tokens } from '#vault';
import { listWebhooks, removeWebhook, setWebhook, type ListedWebhook, type Reach } from '#webhooks';
import { ProblemError } from '../http/problem.js';

/** What a call says of a system's webhook: an address, none any more (null), or nothing, which leaves it. */
export interface Wanted {
  webhook?: string | null;
  rotateSecret?: boolean;
}

/** The webhooks of systems, as the api registers them. */
export class WebhookDesk {
  constructor(
    private readonly parts: { pool: Pool; ledger: number; tokens: Tokens },
    private readonly reach: Reach,
  ) {}

  list(): Promise<Map<string, ListedWebhook>> {
    return listWebhooks(this.parts);
  }

  /** Throws 400 `invalid_system` where a webhook may not lead there. */
  check({ webhook, rotateSecret }: Wanted): void {
    const fault = webhook ? this.reach.faultOf(webhook) : undefined;
    if (fault !== undefined) throw new ProblemError(400, 'invalid_system', fault);
    if (rotateSecret && !webhook) throw new ProblemError(400, 'invalid_system', 'a new secret is for a webhook: name its address too');
  }

  /** Gives the signing secret where one was made: nobody can read it again. */
  async set(system: string, { webhook, rotateSecret = false }: Wanted): Promise<string | undefined> {
    if (webhook === null) await this.remove(system);
    return webhook ? setWebhook(this.parts, { system, url: webhook, rotate: rotateSecret }) : undefined;
  }

  remove(system: string): Promise<boolean> {
    return removeWebhook(this.parts, system);
  }
}
