import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { noticeKey, readCatalogue, type CatalogueInForce, type DefinedPurpose, type KnownNotice } from '#ledger';
import { ProblemError } from '../http/problem.js';

const REFRESH_MS = 5_000;

/** The catalogue as it stands, read again every five seconds. */
@Injectable()
export class CurrentCatalogue implements OnApplicationShutdown {
  private current?: CatalogueInForce;
  private timer?: NodeJS.Timeout;
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly log: Logger,
  ) {}

  async start(): Promise<void> {
    this.current = await readCatalogue(this.pool, this.ledger);
    if (!this.current) throw new Error('no catalogue is loaded: run `samtycke catalogue load`');
    this.timer = setInterval(() => void this.refresh(), REFRESH_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  get(): CatalogueInForce {
    if (!this.current) throw new ProblemError(503, 'unavailable', 'the catalogue is not loaded yet', {}, 2);
    return this.current;
  }

  /** The purpose in force; 422 where there is none of this name. */
  purpose(id: string): DefinedPurpose {
    const purpose = this.get().purposes.get(id);
    if (!purpose) throw new ProblemError(422, 'purpose_unknown', 'the catalogue has no such purpose', { purpose: id.slice(0, 63) });
    return purpose;
  }

  notice(id: string, version: string, locale: string): KnownNotice | undefined {
    return this.get().notices.get(noticeKey(id, version, locale));
  }

  private async refresh(): Promise<void> {
    try {
      this.current = (await readCatalogue(this.pool, this.ledger)) ?? this.current;
    } catch (error) {
      this.log.warn({ code: (error as { code?: string }).code }, 'the catalogue could not be read again');
    }
  }
}
