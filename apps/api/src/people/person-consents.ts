import { Injectable } from '@nestjs/common';
import { readStates, type AsOf, type PersonAnswer } from '#people';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { PeopleTables } from './people-tables.js';

/** What holds, or held, for one person, by the catalogue in force. */
@Injectable()
export class PersonConsents {
  constructor(
    private readonly tables: PeopleTables,
    private readonly catalogue: CurrentCatalogue,
  ) {}

  read(person: string, at: AsOf): Promise<PersonAnswer> {
    return readStates(this.tables, this.catalogue.get().purposes, person, at);
  }
}
