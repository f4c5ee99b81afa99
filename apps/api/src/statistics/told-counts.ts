import { Injectable } from '@nestjs/common';
import type { ApiKey } from '#access';
import type { KnownNotice } from '#ledger';
import { Counts } from '#statistics';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { Rates } from '../consents/rates.js';
import { ProblemError } from '../http/problem.js';
import { Metrics } from '../system/metrics.js';

/** What a website tells without anybody's id; every other answer is counted where it is recorded. */
export const TOLD = ['shown', 'refused'] as const;
export type Told = (typeof TOLD)[number];

export interface ToldCall {
  what: Told;
  locale: string;
  /** Id and version. */
  notices: [id: string, version: string][];
  point?: string;
}

/** Counts what websites tell: only of texts that are published and that the key's purposes stand in, and only so much from one source. */
@Injectable()
export class ToldCounts {
  constructor(
    private readonly counts: Counts,
    private readonly catalogue: CurrentCatalogue,
    private readonly rates: Rates,
    private readonly metrics: Metrics,
  ) {}

  /** Throws where a text is not known (422) or none of the key's (403); above the limit it counts nothing and says nothing. */
  async take(key: ApiKey, { what, locale, notices, point = '' }: ToldCall, network: string): Promise<void> {
    const shown = new Set(notices.map(([id, version]) => this.noticeOf(key, id, version, locale)));
    if (!(await this.isCounted(key, network))) return this.metrics.uncounted();
    if (what === 'refused') this.metrics.refusal(key.owner);
    for (const { id, version } of shown) this.counts.answer({ source: key.owner, point, notice: id, version, locale }, what);
  }

  private noticeOf(key: ApiKey, id: string, version: string, locale: string): KnownNotice {
    const notice = this.catalogue.notice(id, version, locale);
    if (!notice) throw new ProblemError(422, 'notice_unknown', 'there is no such notice in this language');
    if (![...notice.purposes].some((purpose) => key.purposes.has(purpose))) throw new ProblemError(403, 'purpose_not_allowed', 'this site key collects for none of the purposes of this notice');
    return notice;
  }

  private async isCounted({ id }: ApiKey, network: string): Promise<boolean> {
    const { told } = await this.rates.count({ key: id, network }, ['told']);
    return told === undefined;
  }
}
