import { Controller, Get, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, Matches } from 'class-validator';
import { stringify } from 'csv-stringify/sync';
import type { FastifyReply } from 'fastify';
import { ANSWERS, Counts, GROUPS, readStatistics, type Group, type Statistics, type StatisticsSpan } from '#statistics';
import { Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { StatisticsTables } from './statistics-tables.js';

const DAY_MS = 86_400_000;
const USUAL_DAYS = 30;
const LONGEST_DAYS = 400;
const FIRST_DAY = '0001-01-01';
const DAY = /^\d{4}-\d\d-\d\d$/;
const USUAL: Group[] = ['day', 'notice', 'version', 'locale'];
const BY = new RegExp(`^(${GROUPS.join('|')})(,(${GROUPS.join('|')}))*$`);

class StatisticsQuery {
  @ApiPropertyOptional({ format: 'date', description: 'the first day (UTC); absent: 30 days with the last one' })
  @IsOptional() @Matches(DAY)
  from?: string;

  @ApiPropertyOptional({ format: 'date', description: 'the last day (UTC); absent: today' })
  @IsOptional() @Matches(DAY)
  to?: string;

  @ApiPropertyOptional({ example: USUAL.join(','), description: `what is kept apart: any of ${GROUPS.join(', ')}` })
  @IsOptional() @Matches(BY)
  by?: string;

  @ApiPropertyOptional({ enum: ['json', 'csv'] })
  @IsOptional() @IsIn(['json', 'csv'])
  format?: 'json' | 'csv';
}

const dayOf = (time: number): string => new Date(time).toISOString().slice(0, 10);

/** A day that there is: `2026-02-31` is none, and the year 0 is none to PostgreSQL. */
const isDay = (day: string): boolean => day >= FIRST_DAY && !Number.isNaN(Date.parse(day)) && dayOf(Date.parse(day)) === day;

function spanOf({ from, to = dayOf(Date.now()), by }: StatisticsQuery): StatisticsSpan {
  const first = from ?? (isDay(to) ? dayOf(Date.parse(to) - (USUAL_DAYS - 1) * DAY_MS) : to);
  if (![first, to].every(isDay)) throw new ProblemError(400, 'invalid_body', 'from and to are days');
  const days = (Date.parse(to) - Date.parse(first)) / DAY_MS + 1;
  if (days < 1 || days > LONGEST_DAYS) throw new ProblemError(400, 'invalid_body', `from and to span 1 to ${LONGEST_DAYS} days`);
  return { from: first, to, by: (by?.split(',') as Group[] | undefined) ?? USUAL };
}

/** A cell that a spreadsheet would take for a formula gets a `'` before it. */
const csvOf = ({ rows }: Statistics, by: readonly Group[]): string => stringify(rows, { header: true, columns: [...GROUPS.filter((group) => by.includes(group)), ...ANSWERS], escape_formulas: true });

@ApiTags('statistics')
@Controller('v1/statistics')
export class StatisticsController {
  constructor(
    private readonly tables: StatisticsTables,
    private readonly counts: Counts,
  ) {}

  @Get()
  @Needs('audit:read')
  @ApiOperation({
    summary: 'How often texts were shown and how they were answered, by day, notice, version and language; what became of links in mails',
    description:
      'Counts of the whole ledger: nobody is named or followed, so nothing is traced. `shown` counts showings, not visitors; `requested` begins of a double opt-in; `accepted`, `chosen` (some yes, some no), `refused` and `withdrawn` count answers that changed something; `confirmed` says how many of the `accepted` confirmed a `requested` one; what a person\'s own "no" ends on his devices is `withdrawn`, once for each, and what expires or ends with a text or an erasure is not counted. `source` is the owner of the key, `~mail` a link in a mail; empty `notice`, `version` and `locale`: a "no" that named no text. What scripts tell can be made up by whoever reads a site key out of its page: it is limited by source, and proves nothing. A second old at most.',
  })
  @ApiProduces('application/json', 'text/csv')
  async read(@Query() query: StatisticsQuery, @Res() reply: FastifyReply): Promise<void> {
    const span = spanOf(query);
    await this.counts.flush();
    const statistics = await readStatistics(this.tables.pool, this.tables.ledger, span);
    reply.header('cache-control', 'no-store');
    if (query.format !== 'csv') return void reply.type('application/json; charset=utf-8').send(JSON.stringify(statistics));
    const name = `statistics-${span.from}-${span.to}.csv`;
    void reply.header('content-disposition', `attachment; filename="${name}"`).type('text/csv; charset=utf-8; header=present').send(csvOf(statistics, span.by));
  }
}
