import { Injectable } from '@nestjs/common';
import { asyncApiOf, readContract, readGoldenMessages, readPublished } from '#schemas';
import { renderEventsPage } from './events-page.js';

/** What the ledger promises on Kafka, as it is told: read and made once, at start. */
@Injectable()
export class EventContract {
  private readonly published = readPublished();
  /** AsyncAPI 3.0, JSON. */
  readonly asyncApi: string;
  /** The page for people. */
  readonly page: string;
  /** The path of the ledger's origin, such as `/ledger`: `ce_dataschema` begins with it. */
  private readonly path: string;

  constructor(origin: string) {
    const contract = readContract();
    const goldens = readGoldenMessages();
    this.asyncApi = JSON.stringify(asyncApiOf({ contract, goldens, origin }), null, 2);
    this.page = renderEventsPage({ contract, goldens, origin });
    this.path = origin.slice(origin.indexOf('/') < 0 ? origin.length : origin.indexOf('/'));
  }

  /** The published schema at a path of this ledger, the bytes that were published; undefined where there is none. */
  schemaAt(path: string): string | undefined {
    const own = path.startsWith(`${this.path}/`) ? path.slice(this.path.length) : path;
    const [, name, version] = /^\/schemas\/([a-z-]+)\/([1-9]\d*)$/.exec(own) ?? [];
    return this.published.get(`${name}/${version}`);
  }
}
