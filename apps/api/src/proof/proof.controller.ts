import { Controller, Get, Headers, Param, Query, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Matches, Max, MaxLength, Min } from 'class-validator';
import type { FastifyReply } from 'fastify';
import type { ApiKey } from '#access';
import { openedKinds } from '#evidence-pack';
import { Key, Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { personId } from '../people/people.controller.js';
import { EvidencePacks } from './evidence-packs.js';
import { MOST_SEQ } from './history.controller.js';
import { InclusionProofs } from './inclusion.js';
import { readingOf, TakesReason } from './reading.js';

const FORMATS = ['zip', 'json'] as const;

class ProofQuery {
  @ApiPropertyOptional({ enum: FORMATS, description: 'the evidence pack, or only where the events stand in the log; without it what `Accept` asks for, else the pack' })
  @IsOptional() @IsIn(FORMATS)
  format?: (typeof FORMATS)[number];

  @ApiPropertyOptional({ example: 'ip,user-agent', description: 'of a pack: the kinds of evidence to be opened, or `all`; without it none is' })
  @IsOptional() @IsString() @MaxLength(200)
  open?: string;

  @ApiPropertyOptional({ example: '1234', description: 'of a pack: sizes of checkpoints that you kept, comma separated: it then shows how the log has grown from each' })
  @IsOptional() @Matches(/^[1-9]\d{0,14}(,[1-9]\d{0,14}){0,9}$/)
  since?: string;

  @ApiPropertyOptional({ minimum: 0, description: 'of JSON: the `next` of the page before' })
  @IsOptional() @Type(() => Number) @IsInt() @Min(0) @Max(MOST_SEQ)
  cursor?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: 100, default: 100, description: 'of JSON' })
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(100)
  limit?: number;
}

/** JSON where it is asked for by name, and nothing else; the pack otherwise. */
const formatOf = ({ format }: ProofQuery, accept: string | undefined): (typeof FORMATS)[number] => format ?? (/^application\/json\b/.test(accept ?? '') ? 'json' : 'zip');

@ApiTags('proof')
@Controller('v1/people')
export class ProofController {
  constructor(
    private readonly proofs: InclusionProofs,
    private readonly packs: EvidencePacks,
  ) {}

  @Get(':person/proof')
  @Needs('audit:read')
  @TakesReason()
  @ApiProduces('application/zip', 'application/json')
  @ApiResponse({ status: 422, description: 'the files to be opened are too large for a pack that can be verified (`pack_too_large`): fewer kinds, or none, are opened' })
  @ApiResponse({ status: 503, description: 'no checkpoint commits to this person yet (`checkpoint_missing`, `checkpoint_behind`)' })
  @ApiOperation({
    summary: 'The evidence pack of a person',
    description:
      'One zip file that can be verified without us: events, texts as they were shown, proofs under a signed checkpoint, a signed statement that these are all, a PDF and `VERIFY.md`; made while it is sent, stored nowhere. ' +
      'With `format=json` or `Accept: application/json` page by page only where the events stand in the log: each as the bytes that were hashed (base64), its log index, and its audit path (RFC 6962, base64, nearest neighbour first). Leaves a trace, with what was opened.',
  })
  async read(
    @Param('person', personId()) id: string,
    @Query() query: ProofQuery,
    @Key() key: ApiKey,
    @Res() reply: FastifyReply,
    @Headers('samtycke-reason') given?: string,
    @Headers('accept') accept?: string,
  ): Promise<void> {
    const [person, by] = [id.toLowerCase(), readingOf(key, given)];
    if (formatOf(query, accept) === 'json') {
      const { cursor = 0, limit = 100 } = query;
      void reply.send(await this.proofs.page(person, { after: cursor, limit }, by));
      return;
    }
    const open = openedKinds(query.open);
    if (!open) throw new ProblemError(400, 'evidence_kind_unknown', 'open takes identifier, ip, user-agent, gpc, url, text, reason-text, file, or all');
    const { name, file } = await this.packs.make({ person, open, since: query.since?.split(',').map(Number) }, by);
    const headers = { 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' };
    void reply.status(200).headers(headers).type('application/zip').send(file);
  }
}
