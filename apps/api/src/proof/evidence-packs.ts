import type { Readable } from 'node:stream';
import { Injectable } from '@nestjs/common';
import { packName, preparePack, readingsOf, streamPack, type PackRequest, type PackSource } from '#evidence-pack';
import { Freshness } from '#ledger';
import { PeopleTables } from '../people/people-tables.js';
import { History } from './history.js';
import type { Reading } from './reading.js';

/** Evidence packs, made while they are sent. */
@Injectable()
export class EvidencePacks {
  constructor(
    private readonly source: PackSource,
    private readonly tables: PeopleTables,
    private readonly history: History,
    private readonly fresh: Freshness,
  ) {}

  /** The pack of one person. Before anything is sent a trace is written for everybody whose events are in it, and says what was opened. None on an old backup: it would open what was erased, and sign that nothing is missing. */
  async make(request: PackRequest, by: Reading): Promise<{ name: string; file: Readable }> {
    await this.fresh.demand();
    await this.tables.kind(request.person);
    const content = await preparePack(this.source, request);
    for (const { person, what } of readingsOf(content)) await this.history.trace(person, what, by);
    return { name: packName(content), file: streamPack(content) };
  }
}
