import { Controller, Get, Headers, Inject, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsUUID } from 'class-validator';
import { LRUCache } from 'lru-cache';
import type { ApiKey } from '#access';
import { readActsOn, readPropagation, type Propagation } from '#propagation';
import { Key, Needs } from '../http/access.js';
import { PeopleTables } from '../people/people-tables.js';
import { personId } from '../people/people.controller.js';
import { PageQuery } from '../proof/history.controller.js';
import { History } from '../proof/history.js';
import { readingOf, TakesReason, type Reading } from '../proof/reading.js';
import { SystemTables } from './system-tables.js';
import { ProblemError } from '../http/problem.js';

class PropagationQuery extends PageQuery {
  @ApiPropertyOptional({ format: 'uuid', description: 'this event of the person alone; needs no more than `people:read`' })
  @IsOptional() @IsUUID()
  event?: string;
}

/** Somebody who waits for an answer asks again and again: for so long it is one reading. */
const ONE_READING = { max: 10_000, ttl: 10 * 60_000 };

@ApiTags('propagation')
@Controller('v1/people')
export class PropagationController {
  private readonly traced = new LRUCache<string, true>(ONE_READING);

  constructor(
    @Inject(SystemTables) private readonly systems: SystemTables,
    private readonly tables: PeopleTables,
    private readonly history: History,
  ) {}

  @Get(':person/propagation')
  @Needs('audit:read', 'people:read')
  @TakesReason()
  @ApiOperation({
    summary: 'Which systems acted on each event of a person, and after how many milliseconds',
    description:
      'As the systems stated it themselves, by their clocks: not proven. `waiting`: nothing was heard yet; `parked`: the system could not apply it; `late` (on what takes something away): it did not act by its deadline; `not-mine`: it holds nothing of this purpose (told of what takes something away). With `?event=`, for a system in which people are signed in, one event; a key that has only `people:read` asks for no more. Leaves a trace; asking again for the same event within ten minutes is the same reading.',
  })
  async read(
    @Param('person', personId()) person: string,
    @Query() { cursor = 0, limit = 100, event }: PropagationQuery,
    @Key() key: ApiKey,
    @Headers('samtycke-reason') given?: string,
  ): Promise<Propagation & { person: string }> {
    const id = person.toLowerCase();
    if (event === undefined && !key.scopes.has('audit:read')) throw new ProblemError(403, 'scope_missing', 'this key lacks the scope audit:read', { scopes: ['audit:read'] });
    const by = readingOf(key, given);
    await this.tables.kind(id);
    if (event !== undefined) return { person: id, ...(await this.readOne(id, event.toLowerCase(), by)) };
    await this.history.trace(id, 'propagation', by);
    const { pool, ledger } = this.systems;
    return { person: id, ...(await readPropagation(pool, ledger, id, { after: cursor, limit })) };
  }

  private async readOne(person: string, event: string, by: Reading): Promise<Propagation> {
    const { pool, ledger } = this.systems;
    const reading = `${by.key} ${event} ${by.reason}`;
    if (!this.traced.has(reading)) await this.history.trace(person, 'propagation', by);
    const found = await readActsOn(pool, ledger, person, event);
    if (!found) throw new ProblemError(404, 'event_unknown', 'this person has no such event');
    this.traced.set(reading, true);
    return { events: [found] };
  }
}
