import { Body, Controller, Get, HttpCode, Injectable, Param, ParseUUIDPipe, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, IsString, Matches } from 'class-validator';
import type { Pool } from 'pg';
import type { FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { homeOf, keepFirst, microsOf, Reader, uuidv7 } from '#ledger';
import { Key, Needs } from '../http/access.js';
import { FirstAnswers, TakesIdempotencyKey, type Idempotency } from '../http/first-answers.js';
import { IsMoment } from '../http/moment.js';
import { ProblemError } from '../http/problem.js';
import { personId } from '../people/people.controller.js';
import { PeopleTables } from '../people/people-tables.js';

const CODE = /^[a-z][a-z0-9:.-]{0,126}$/i;

class HoldBody {
  @ApiProperty({ pattern: CODE.source, example: 'claim', description: 'why nothing may go yet, as a code' })
  @IsString() @Matches(CODE)
  ground: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'absent: until it is ended' })
  @IsOptional() @IsMoment()
  until?: string;
}

export interface Hold {
  id: string;
  ground: string;
  since: string;
  until?: string;
  setBy: string;
}

interface Row {
  id: string;
  ground: string;
  since: Date;
  until: Date | null;
  set_by: string;
}

/** Beside nobody's erasure: who is being erased is waited for, and an erasure by retention that begins meanwhile waits for the hold. */
const SET = `
WITH standing AS MATERIALIZED (
  SELECT person FROM persons WHERE ledger = $1 AND person = ANY ($8::uuid[]) AND NOT coalesce((state::json ->> 'erased')::boolean, false) ORDER BY person FOR SHARE)
INSERT INTO holds (ledger, person, id, ground, since, until, set_by) SELECT $1, $2, $3, $4, $5, $6, $7
WHERE (SELECT count(*) FROM standing) = cardinality($8::uuid[])`;
const END = 'UPDATE holds SET until = $4 WHERE ledger = $1 AND person = ANY ($2) AND id = $3 AND (until IS NULL OR until > $4)';

/** Grounds on which retention must not erase a person (EDPB 05/2020, 107: a duty or a claim). */
@Injectable()
export class Holds {
  constructor(
    private readonly pool: Pool,
    private readonly ledger: number,
  ) {}

  /** `home`: whoever he was merged into, himself otherwise. */
  async set({ person, home }: { person: string; home: string }, { ground, until }: HoldBody, key: ApiKey, idempotency?: Idempotency): Promise<Hold> {
    const [id, since] = [uuidv7(), new Date()];
    const end = until === undefined || until === null ? undefined : new Date(microsOf(until) / 1_000);
    if (end && end <= since) throw new ProblemError(422, 'hold_in_past', 'a hold ends in the future');
    const hold: Hold = { id, ground, since: since.toISOString(), ...(end && { until: end.toISOString() }), setBy: key.owner };
    const values = [this.ledger, person, id, ground, since, end ?? null, key.owner, [...new Set([person, home])]];
    if ((await this.write(SET, values, idempotency, hold)) === 0) throw new ProblemError(410, 'person_erased', 'this person was erased; nothing is held that could be kept');
    return hold;
  }

  /** Those on any of these people, the oldest first. */
  async of(people: readonly string[]): Promise<Hold[]> {
    const { rows } = await this.pool.query<Row>('SELECT id, ground, since, until, set_by FROM holds WHERE ledger = $1 AND person = ANY ($2) ORDER BY since, id', [this.ledger, people]);
    return rows.map(({ id, ground, since, until, set_by }) => ({ id, ground, since: since.toISOString(), ...(until && { until: until.toISOString() }), setBy: set_by }));
  }

  async end(people: readonly string[], id: string, idempotency?: Idempotency): Promise<{ ended: true }> {
    const count = await this.write(END, [this.ledger, people, id, new Date()], idempotency, { ended: true });
    if (count === 0) throw new ProblemError(404, 'hold_unknown', 'no such hold stands on this person');
    return { ended: true };
  }

  /** Runs a statement and, where it did something, keeps its answer, in one transaction. */
  private async write(text: string, values: unknown[], idempotency: Idempotency | undefined, answer: object): Promise<number> {
    if (!idempotency) return (await this.pool.query(text, values)).rowCount ?? 0;
    return keepFirst(this.pool, this.ledger, { text, values }, { ...idempotency, answer });
  }
}

@ApiTags('rights')
@Controller('v1/people/:person/holds')
export class HoldsController {
  constructor(
    private readonly holds: Holds,
    private readonly tables: PeopleTables,
    private readonly firsts: FirstAnswers,
    private readonly reader: Reader,
  ) {}

  /** The person that is meant, whoever he was merged into, with all his parts: a hold stands on all of him. */
  private async everybody(id: string): Promise<string[]> {
    const person = await homeOf(this.reader, id.toLowerCase());
    return [person, ...(await this.tables.parts(person))];
  }

  @Post()
  @HttpCode(201)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Keep what is held on a person, on a ground', description: 'Retention erases nothing of him while it stands. It does not stop an erasure that he asks for.' })
  async set(@Param('person', personId()) id: string, @Body() body: HoldBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Hold> {
    const idempotency = this.firsts.ofCall(request, key);
    const person = id.toLowerCase();
    await this.tables.holderKind(person);
    return this.firsts.once(idempotency, async () => this.holds.set({ person, home: await homeOf(this.reader, person) }, body, key, idempotency));
  }

  @Get()
  @Needs('people:read', 'people:write')
  @ApiOperation({ summary: 'The holds on a person', description: 'Those on people who were merged into him, too.' })
  async of(@Param('person', personId()) person: string): Promise<{ holds: Hold[] }> {
    return { holds: await this.holds.of(await this.everybody(person)) };
  }

  @Post(':hold/end')
  @HttpCode(204)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'End a hold' })
  async end(@Param('person', personId()) person: string, @Param('hold', new ParseUUIDPipe({ exceptionFactory: () => new ProblemError(400, 'invalid_hold', 'a hold is named by a UUID') })) hold: string, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<void> {
    const idempotency = this.firsts.ofCall(request, key);
    await this.firsts.once(idempotency, async () => this.holds.end(await this.everybody(person), hold, idempotency));
  }
}
