import { Injectable } from '@nestjs/common';
import { homeOf, nowMicros, Reader, timeText } from '#ledger';
import { readStates, wholeOf, type AsOf, type PersonAnswer } from '#people';
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
    if (at.asOf !== undefined || at.knownAt !== undefined) return readStates(this.tables, await this.catalogue.fresh(), id, at);
    const person = await homeOf(this.reader, id);
    const answer = await readStates(this.tables, await this.catalogue.fresh(), person, at);
    const state = await this.reader.persons.load(person);
    const whole = state && wholeOf(state, timeText(nowMicros()));
    return whole ? { ...answer, whole } : answer;
  }
}
