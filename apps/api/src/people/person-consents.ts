import { Injectable } from '@nestjs/common';
import { homeOf, Reader } from '#ledger';
import { readStates, type AsOf, type PersonAnswer } from '#people';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { PeopleTables } from './people-tables.js';

/** What holds, or held, for one person, by the catalogue in force. */
@Injectable()
export class PersonConsents {
  constructor(
    private readonly tables: PeopleTables,
    private readonly catalogue: CurrentCatalogue,
    private readonly reader: Reader,
  ) {}

  /** Of somebody who was merged: what holds for the person he was merged into. As of a past time: his own. */
  async read(id: string, at: AsOf): Promise<PersonAnswer> {
    const person = at.asOf === undefined && at.knownAt === undefined ? await homeOf(this.reader, id) : id;
    return readStates(this.tables, await this.catalogue.fresh(), person, at);
  }
}
