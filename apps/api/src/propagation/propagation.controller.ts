import { Controller, Get, Headers, Inject, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ApiKey } from '#access';
import { readPropagation, type Propagation } from '#propagation';
import { Key, Needs } from '../http/access.js';
import { PeopleTables } from '../people/people-tables.js';
import { personId } from '../people/people.controller.js';
import { PageQuery } from '../proof/history.controller.js';
import { History } from '../proof/history.js';
import { readingOf } from '../proof/reading.js';
import { SystemTables } from './system-tables.js';

@ApiTags('propagation')
@ApiBearerAuth()
@Controller('v1/people')
export class PropagationController {
  constructor(
    @Inject(SystemTables) private readonly systems: SystemTables,
    private readonly tables: PeopleTables,
    private readonly history: History,
  ) {}

  @Get(':person/propagation')
  @Needs('audit:read')
  @ApiHeader({ name: 'Samtycke-Reason', required: false, description: "why it is read; without it the key's registered reason stands in the trace" })
  @ApiOperation({
    summary: 'Which systems acted on each event of a person, and after how many milliseconds',
    description:
      'As the systems stated it themselves, by their clocks: not proven. `waiting`: nothing was heard yet; `parked`: the system could not apply it; `late` (on what takes something away): it did not act by its deadline. A system that said an event is none of its own is not listed. Leaves a trace.',
  })
  async read(
    @Param('person', personId()) person: string,
    @Query() { cursor = 0, limit = 100 }: PageQuery,
    @Key() key: ApiKey,
    @Headers('samtycke-reason') given?: string,
  ): Promise<Propagation & { person: string }> {
    const id = person.toLowerCase();
    const by = readingOf(key, given);
    await this.tables.kind(id);
    await this.history.trace(id, 'propagation', by);
    const { pool, ledger } = this.systems;
    return { person: id, ...(await readPropagation(pool, ledger, id, { after: cursor, limit })) };
  }
}
