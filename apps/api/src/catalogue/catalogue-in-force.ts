import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Pool } from 'pg';
import type { Logger } from 'pino';
import { catalogueMark, DatabaseBehind, isInUse, noticeKey, nowMicros, readCatalogue, timeText, type CatalogueInForce, type DefinedPurpose, type Freshness, type KnownNotice } from '#ledger';
import { ProblemError } from '../http/problem.js';

const LOOK_EVERY_MS = 1_000;
/** Older than this, nothing is answered from it that a notice change may have ended. Below the lead that a change is given. */
const FRESH_MS = 2_000;

/** The catalogue as it stands: looked after every second, and read again where it has changed. */
@Injectable()
export class CurrentCatalogue implements OnApplicationShutdown {
  private current?: CatalogueInForce;
  private mark?: string;
  private lookedAt = -Infinity;
  private looking?: Promise<void>;
  private timer?: NodeJS.Timeout;
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
    private readonly log: Logger,
  ) {}

  /** Throws where there is none, unless the database is an old backup, beside which it is recovered: then one is looked for. */
  async start(fresh: Pick<Freshness, 'demand'>): Promise<void> {
    await this.look();
    if (!this.current) await this.demandBehind(fresh);
    this.timer = setInterval(() => void this.refresh(), LOOK_EVERY_MS).unref();
  }

  private async demandBehind(fresh: Pick<Freshness, 'demand'>): Promise<void> {
    const reason = await fresh.demand().then(() => undefined, (error: unknown) => error);
    if (!(reason instanceof DatabaseBehind)) throw reason ?? new Error('no catalogue is loaded: run `samtycke catalogue load`');
    this.log.error({ reason: reason.message }, 'no catalogue is loaded');
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  get(): CatalogueInForce {
    if (!this.current) throw new ProblemError(503, 'unavailable', 'the catalogue is not loaded yet', {}, 2);
    return this.current;
  }

  /** What of it is not what was hashed, by name. */
  get damaged(): string[] {
    return this.current?.damaged ?? [];
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

  /** The version published last of those in use: the one to show to whoever is asked now. */
  newest(id: string, locale: string): KnownNotice | undefined {
    const { notices, publications } = this.get();
    const now = timeText(nowMicros());
    const versions = publications.filter((one) => one.id === id).flatMap(({ version }) => notices.get(noticeKey(id, version, locale)) ?? []);
    return versions.filter((notice) => isInUse(notice, now)).at(-1);
  }

  /** A notice that may have been published a moment ago: what is not known is looked for again. */
  async noticeNow(id: string, version: string, locale: string): Promise<KnownNotice | undefined> {
    const known = (await this.fresh()).notices.get(noticeKey(id, version, locale));
    if (known) return known;
    await this.refresh();
    return this.notice(id, version, locale);
  }

  /**
   * The catalogue as it stood at most two seconds ago: what says whether a consent still stands, or can be given. 503 where it
   * cannot be read. A "no" needs no such certainty, and is never kept waiting for it.
   */
  async fresh(): Promise<CatalogueInForce> {
    if (performance.now() - this.lookedAt > FRESH_MS) {
      await this.look().catch(() => {
        throw new ProblemError(503, 'unavailable', 'the catalogue cannot be read at the moment', {}, 2);
      });
    }
    return this.get();
  }

  /** One look at a time: whoever comes meanwhile waits for it. */
  private look(): Promise<void> {
    this.looking ??= this.lookOnce().finally(() => (this.looking = undefined));
    return this.looking;
  }

  private async lookOnce(): Promise<void> {
    const since = performance.now();
    const mark = await catalogueMark(this.pool, this.ledger);
    if (mark !== this.mark) {
      this.current = (await readCatalogue(this.pool, this.ledger)) ?? this.current;
      this.mark = mark;
      if (this.damaged.length > 0) this.log.error({ damaged: this.damaged }, 'texts in the database are not what was hashed: nobody can consent under them; `samtycke verify --database` says more');
    }
    this.lookedAt = since;
  }

  private async refresh(): Promise<void> {
    try {
      await this.look();
    } catch (error) {
      this.log.warn({ code: (error as { code?: string }).code }, 'the catalogue could not be read again');
    }
  }
}
