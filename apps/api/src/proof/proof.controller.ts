import { Controller, Get, Headers, Param, Query } from '@nestjs/common';
import { ApiBearerAuth, ApiHeader, ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import type { ApiKey } from '#access';
import { Key, Needs } from '../http/access.js';
import { personId } from '../people/people.controller.js';
import { InclusionProofs, type PersonProof } from './inclusion.js';
import { readingOf } from './reading.js';

class ProofQuery {
  @ApiPropertyOptional({ enum: ['json'], default: 'json' })
  @IsOptional() @IsIn(['json'])
  format?: 'json';

  @ApiPropertyOptional({ minimum: 0, description: 'the `next` of the page before' })
  @IsOptional() @Type(() => Number) @IsInt() @Min(0)
  cursor?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 100 })
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(100)
  limit?: number;
}

@ApiTags('proof')
@ApiBearerAuth()
@Controller('v1/people')
export class ProofController {
  constructor(private readonly proofs: InclusionProofs) {}

  @Get(':person/proof')
  @Needs('audit:read')
  @ApiHeader({ name: 'Samtycke-Reason', required: false, description: "why it is read; without it the key's registered reason stands in the trace" })
  @ApiOperation({
    summary: 'What shows that the events of a person stand in the signed log',
    description: 'Each event as the bytes that were hashed (base64), its log index, and its audit path (RFC 6962, base64, nearest neighbour first) under the signed checkpoint that comes along. Leaves a trace.',
  })
  async read(
    @Param('person', personId()) person: string,
    @Query() { cursor = 0, limit = 100 }: ProofQuery,
    @Key() key: ApiKey,
    @Headers('samtycke-reason') given?: string,
  ): Promise<PersonProof> {
    return this.proofs.page(person.toLowerCase(), { after: cursor, limit }, readingOf(key, given));
  }
}
