import { Controller, Get, Header, Query } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsOptional, Matches } from 'class-validator';
import { LONGEST_MS, type DelayReport } from '#propagation';
import { Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { CurrentDelays } from './current-delays.js';

const MINUTE_MS = 60_000;

class DelaysQuery {
  @ApiPropertyOptional({ format: 'date-time', description: 'from when on, a day ago at the earliest; rounded to minutes; absent: the last quarter of an hour' })
  @IsOptional() @Matches(/^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)$/)
  since?: string;
}

function spanOf(since: string): number {
  const minutes = Math.ceil((Date.now() - Date.parse(since)) / MINUTE_MS);
  if (!(minutes > 0) || (minutes - 1) * MINUTE_MS > LONGEST_MS) throw new ProblemError(400, 'invalid_body', 'since lies within the last 24 hours');
  return Math.min(minutes * MINUTE_MS, LONGEST_MS);
}

@ApiTags('propagation')
@Controller('v1/propagation')
export class DelaysController {
  constructor(private readonly delays: CurrentDelays) {}

  @Get()
  @Needs('audit:read', 'systems:write')
  @Header('cache-control', 'no-store')
  @ApiOperation({
    summary: 'How long each system takes to act on withdrawals, over a window and in steps of it',
    description: "Numbers of the whole ledger: nobody is named, so nothing is traced. Delays run from the ledger's time to the one that the system stated by its own clock; they are told to within three percent, the slowest to the millisecond. `waiting`: on how many withdrawals it has not acted yet; with `waitingAtLeast` on so many at least, since more was recorded behind its last deadline than is looked at (500 events). A second old at most.",
  })
  read(@Query() { since }: DelaysQuery): Promise<DelayReport> {
    return this.delays.over(since === undefined ? 15 * MINUTE_MS : spanOf(since));
  }
}
