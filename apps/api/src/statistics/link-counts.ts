import { Injectable } from '@nestjs/common';
import { Counts, type LinkAct } from '#statistics';
import { Metrics } from '../system/metrics.js';

/** Counts what becomes of links in mails. Neither whose link it was nor who fetched it is looked at. */
@Injectable()
export class LinkCounts {
  constructor(
    private readonly counts: Counts,
    private readonly metrics: Metrics,
  ) {}

  /** A GET or HEAD: a person's look, or a mail scanner's. Nobody can tell them apart. */
  opened(link: string, method: string): void {
    this.metrics.linkOpened(link, method);
    this.counts.link(link, 'opened');
  }

  acted(link: string, act: Exclude<LinkAct, 'opened'>): void {
    this.counts.link(link, act);
  }
}
