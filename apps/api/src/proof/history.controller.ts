import { Controller, Get, Headers, Param, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import type { ApiKey } from '#access';
import { Key, Needs } from '../http/access.js';
import { personId } from '../people/people.controller.js';
import { History, type HistoryPage } from './history.js';
import { readingOf, TakesReason } from './reading.js';

/** A seq is a 32-bit integer. */
export const MOST_SEQ = 2 ** 31 - 1;

export class PageQuery {
  @ApiPropertyOptional({ minimum: 0, description: 'the `next` of the page before' })
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) @Max(MOST_SEQ)
  cursor?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 100 })
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(500)
  limit?: number;
}

@ApiTags('proof')
@Controller('v1/people')
export class HistoryController {
  constructor(private readonly history: History) {}

  @Get(':person/history')
  @Needs('audit:read')
  @TakesReason()
  @ApiOperation({ summary: 'Every event of a person, with its hash', description: 'Leaves a trace: who read whose history, when and why.' })
  async read(
    @Param('person', personId()) person: string,
    @Query() { cursor = 0, limit = 100 }: PageQuery,
    @Key() key: ApiKey,
    @Headers('samtycke-reason') given?: string,
  ): Promise<HistoryPage> {
    return this.history.page(person.toLowerCase(), { after: cursor, limit }, readingOf(key, given));
  }
}
