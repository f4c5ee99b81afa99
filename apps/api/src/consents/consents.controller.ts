import { Body, Controller, Headers, HttpStatus, Inject, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBearerAuth, ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Logger } from 'pino';
import type { ApiKey } from '#access';
import { Refusal, type ChangeAnswer } from '#ledger';
import { Key, Needs } from '../http/access.js';
import { compiledPipe, type Compiled } from '../http/compiled-body.js';
import { TakesIdempotencyKey } from '../http/first-answers.js';
import { networkOf, sourceEvidence } from '../http/source.js';
import { LOG } from '../system/log.js';
import { ConsentsBody } from './body.js';
import { ChangeConsent, type ChangeRequest } from './change-consent.js';
import { DeviceLimits } from './device-limits.js';
import { ChangeReader } from './read-change.js';
import { inEqualTime, refuseImpossible } from './same-answer.js';
import { TypedChanges } from './typed-change.js';

/** The answer to a site key about anybody but its own device: always these bytes. */
const ACCEPTED = { accepted: true };

@ApiTags('consents')
@ApiBearerAuth()
@Controller('v1/consents')
export class ConsentsController {
  constructor(
    private readonly changes: ChangeReader,
    private readonly bus: CommandBus,
    private readonly typed: TypedChanges,
    private readonly devices: DeviceLimits,
    @Inject(LOG) private readonly log: Logger,
  ) {}

  @Post()
  @Needs('consents:write', 'site')
  @ApiOperation({ summary: 'Record decisions of one person or device', description: 'Durable when answered. A site key gets 202 for any subject but the device whose token it brings.' })
  @TakesIdempotencyKey()
  @ApiBody({ type: ConsentsBody })
  @ApiResponse({ status: 201, description: 'recorded' })
  @ApiResponse({ status: 200, description: 'nothing changed; what is in force' })
  @ApiResponse({ status: 202, description: 'accepted (site keys)' })
  @ApiResponse({ status: 429, description: 'too many grants or requests from one source (site keys); withdrawals never' })
  async record(
    @Body(compiledPipe(ConsentsBody)) body: Compiled<ConsentsBody>,
    @Key() key: ApiKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('idempotency-key') idempotencyKey?: string,
  ): Promise<unknown> {
    const change = await this.changes.read(body, key, sourceEvidence(request), idempotencyKey);
    const { subject } = change;
    if (key.kind === 'site' && (subject?.identifiers.length || subject?.person)) {
      refuseImpossible(change);
      await inEqualTime(this.typed.take(change, networkOf(request.ip) ?? 'unknown'), (error) => this.hidden(error));
      reply.status(HttpStatus.ACCEPTED);
      return ACCEPTED;
    }
    const allowed = key.kind === 'site' ? await this.devices.ofChoices(change, networkOf(request.ip) ?? 'unknown') : change;
    const { written, ...answer } = await this.run(allowed);
    reply.status(written ? HttpStatus.CREATED : HttpStatus.OK);
    return answer;
  }

  private run(change: ChangeRequest): Promise<ChangeAnswer> {
    return this.bus.execute(new ChangeConsent(change));
  }

  /** A refusal for one person is nobody's business; a fault of ours is. */
  private hidden(error: unknown): void {
    if (error instanceof Refusal) return;
    this.log.error({ name: (error as Error).name, code: (error as { code?: string }).code }, 'a change from a website failed');
  }
}
