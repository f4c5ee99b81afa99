import { Controller, Get, Headers, Query } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Transform, Type } from 'class-transformer';
import { IsBoolean, IsInt, IsOptional, Matches, Max, Min } from 'class-validator';
import type { Pool } from 'pg';
import type { ApiKey } from '#access';
import { LEDGER_PERSON } from '#contracts';
import { microsOf, nowMicros, timeText } from '#ledger';
import { countGrants, CursorProblem, filterText, searchGrants, type GrantCount, type GrantFilter, type GrantPage, unknownNames } from '#transfer';
import { Key, Needs } from '../http/access.js';
import { IsMoment } from '../http/moment.js';
import { ProblemError } from '../http/problem.js';
import { History } from '../proof/history.js';
import { readingOf, TakesReason } from '../proof/reading.js';

const ID = /^[a-z][a-z0-9-]{0,62}$/;
const toBoolean = Transform(({ value }: { value: unknown }) => (value === 'true' ? true : value === 'false' ? false : value));

class SearchQuery {
  @ApiProperty() @Matches(ID)
  purpose: string;

  @ApiProperty({ description: 'the text under which it was given' }) @Matches(ID)
  notice: string;

  @ApiProperty({ description: 'version of the text' }) @Matches(/^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/)
  version: string;

  @ApiPropertyOptional() @IsOptional() @Matches(/^[a-z]{2,3}(-[A-Za-z0-9]{2,8})?$/)
  locale?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'given at or after' }) @IsOptional() @IsMoment()
  from?: string;

  @ApiPropertyOptional({ format: 'date-time', description: 'given before' }) @IsOptional() @IsMoment()
  to?: string;

  @ApiPropertyOptional({ description: 'collection context' }) @IsOptional() @Matches(ID)
  context?: string;

  @ApiPropertyOptional({ description: 'collection point' }) @IsOptional() @Matches(/^[\w.-]{1,63}$/)
  point?: string;

  @ApiPropertyOptional({ description: 'only those that hold now, or only those that do not' }) @IsOptional() @toBoolean @IsBoolean()
  valid?: boolean;

  @ApiPropertyOptional({ description: 'only how many', default: false }) @IsOptional() @toBoolean @IsBoolean()
  count?: boolean;

  @ApiPropertyOptional({ description: 'the `next` of the page before' }) @IsOptional()
  cursor?: string;

  @ApiPropertyOptional({ minimum: 1, maximum: 1000, default: 100 }) @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(1_000)
  limit?: number;
}

/** Where the search looks. */
export class SearchPool {
  constructor(
    readonly pool: Pool,
    readonly ledger: number,
  ) {}
}

const moment = (text: string | undefined): string | undefined => (text === undefined ? undefined : timeText(microsOf(text)));

@ApiTags('consents')
@Controller('v1/consents')
export class SearchController {
  constructor(
    private readonly at: SearchPool,
    private readonly history: History,
  ) {}

  @Get('search')
  @Needs('audit:read')
  @TakesReason()
  @ApiOperation({
    summary: 'Consents that were given under a version of a text',
    description: 'The oldest first, each with what has become of it; with `count=true` only how many, and how many of them hold now. A purpose, text, version or context that no catalogue ever had is a 422, not a 0. Leaves one trace for each page. One that came to somebody by a merge, or back by a split, counts from when it was given and names no collection point. What is newer than about a second is not in it yet.',
  })
  async search(@Query() query: SearchQuery, @Key() key: ApiKey, @Headers('samtycke-reason') given?: string): Promise<GrantPage | GrantCount> {
    const { cursor, limit = 100, count = false, from, to, ...rest } = query;
    const filter: GrantFilter = { ...rest, from: moment(from), to: moment(to) };
    const reading = readingOf(key, given);
    const { pool, ledger } = this.at;
    await this.demandKnown(filter);
    await this.history.trace(LEDGER_PERSON, `search of consents ${filterText(filter)}`, reading);
    const now = timeText(nowMicros());
    if (count) return countGrants(pool, ledger, filter, now);
    try {
      return await searchGrants(pool, ledger, filter, { cursor, limit, now });
    } catch (error) {
      if (error instanceof CursorProblem) throw new ProblemError(400, 'cursor_malformed', error.message);
      throw error;
    }
  }

  private async demandKnown(filter: GrantFilter): Promise<void> {
    const { pool, ledger } = this.at;
    const [unknown] = await unknownNames(pool, ledger, filter);
    if (unknown === 'purpose') throw new ProblemError(422, 'purpose_unknown', 'no catalogue has had such a purpose', { purpose: filter.purpose });
    if (unknown === 'notice') throw new ProblemError(422, 'notice_unknown', 'no catalogue has had such a text in this version');
    if (unknown === 'context') throw new ProblemError(422, 'context_unknown', 'no catalogue has had such a collection context');
  }
}
