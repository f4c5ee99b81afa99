import { Readable } from 'node:stream';
import { Controller, Get, Headers, Param, Post, Req, Res } from '@nestjs/common';
import { ApiBody, ApiConsumes, ApiOperation, ApiParam, ApiProduces, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { Freshness } from '#ledger';
import { Key, Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { personId } from '../people/people.controller.js';
import { readingOf, TakesReason } from '../proof/reading.js';
import { EvidenceFiles } from './evidence-files.js';
import { FileTurn, MAX_FILE_BYTES, Uploads, type Upload } from './uploads.js';

const KIND = /^file(?:-[2-9])?$/;
const MEDIA = ['application/pdf', 'image/jpeg', 'image/png'];

/** Paper and phone: the file that shows what was signed or said. */
@ApiTags('evidence')
@Controller('v1')
export class EvidenceController {
  constructor(
    private readonly uploads: Uploads,
    private readonly files: EvidenceFiles,
    private readonly turn: FileTurn,
    private readonly fresh: Freshness,
  ) {}

  @Post('evidence')
  @Needs('consents:backdate')
  @ApiOperation({
    summary: 'Upload an evidence file: PDF, JPEG or PNG, 15 MB at most',
    description: 'The raw file as the body. Its type is checked by its content. Name the id as `evidence: [{"file": id}]` in POST /v1/consents within 24 hours; else it is removed.',
  })
  @ApiConsumes(...MEDIA)
  @ApiBody({ schema: { type: 'string', format: 'binary' } })
  @ApiResponse({ status: 201, description: '{ id, media, size }' })
  @ApiResponse({ status: 413, description: 'file_too_large' })
  @ApiResponse({ status: 415, description: 'file_type_unknown' })
  async upload(@Req() request: FastifyRequest, @Key() key: ApiKey, @Res({ passthrough: true }) reply: FastifyReply): Promise<Upload> {
    const { body } = request;
    if (!(body instanceof Readable)) throw new ProblemError(415, 'file_type_unknown', `send the file itself as ${MEDIA.join(', ')}`);
    try {
      if (Number(request.headers['content-length'] ?? 0) > MAX_FILE_BYTES) throw new ProblemError(413, 'file_too_large', 'a file has at most 15 MB');
      return await this.uploads.take(body, key.owner);
    } catch (error) {
      reply.header('connection', 'close');
      throw error;
    }
  }

  @Get('people/:person/evidence/:event/:kind')
  @Needs('audit:read')
  @TakesReason()
  @ApiParam({ name: 'kind', description: '`file`; a second one is `file-2`' })
  @ApiOperation({ summary: 'Open an evidence file of an event', description: 'Leaves a trace: who opened whose file, when and why. The bytes are checked against the commitment in the event.' })
  @ApiProduces(...MEDIA)
  async open(
    @Param('person', personId()) person: string,
    @Param('event', personId()) event: string,
    @Param('kind') kind: string,
    @Key() key: ApiKey,
    @Res() reply: FastifyReply,
    @Headers('samtycke-reason') given?: string,
  ): Promise<void> {
    await this.fresh.demand();
    if (!KIND.test(kind)) throw new ProblemError(404, 'evidence_unknown', 'a file is named file, file-2 …');
    const { media, name, file } = await this.turn.take(() => this.files.open(person.toLowerCase(), event.toLowerCase(), kind, readingOf(key, given)));
    const headers = { 'content-disposition': `attachment; filename="${name}"`, 'cache-control': 'no-store' };
    void reply.status(200).headers(headers).type(media ?? 'application/octet-stream').send(file);
  }
}
