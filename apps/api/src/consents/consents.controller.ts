import { Body, Controller, Headers, HttpStatus, Post, Req, Res } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import { ApiBody, ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { Refusal, type ChangeAnswer } from '#ledger';
import { Key, Needs } from '../http/access.js';
import { compiledPipe, type Compiled } from '../http/compiled-body.js';
import { TakesIdempotencyKey } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import { networkOf, sourceEvidence } from '../http/source.js';
import { ConsentsBody } from './body.js';
import { ChangeConsent, type ChangeRequest } from './change-consent.js';
import { DeviceLimits } from './device-limits.js';
import { ChangeReader } from './read-change.js';
import { inEqualTime, refuseImpossible } from './same-answer.js';
import { TypedChanges } from './typed-change.js';

/** The answer to a site key about anybody but its own device: always these bytes. */
const ACCEPTED = { accepted: true };

/** Whether a subject names anybody but a device. */
const namesSomebody = ({ device: _device, ...named }: ConsentsBody['subject']): boolean => Object.values(named).some((name) => name !== undefined && name !== null);

@ApiTags('consents')
@Controller('v1/consents')
export class ConsentsController {
  constructor(
    private readonly changes: ChangeReader,
    private readonly bus: CommandBus,
    private readonly typed: TypedChanges,
    private readonly devices: DeviceLimits,
  ) {}

  @Post()
  @Needs('consents:write', 'site')
  @ApiOperation({ summary: 'Record decisions of one person or device', description: 'Durable when answered. A site key gets 202 for any subject but the device whose token it brings. `receipt` names the receipt of what was recorded; where nothing was there is none, and `event` of each decision leads to that of what is in force (`POST /v1/people/{person}/receipts`).' })
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
    const typed = key.kind === 'site' && namesSomebody(body.subject);
    const change = await this.read(body, key, typed, sourceEvidence(request), idempotencyKey).catch((refusal: unknown) => this.first(refusal, body, key, idempotencyKey));
    const network = networkOf(request.ip) ?? 'unknown';
    if (typed) {
      if ('wishes' in change) await inEqualTime(this.typed.take(change, network));
      reply.status(HttpStatus.ACCEPTED);
      return ACCEPTED;
    }
    const { written, anew: _anew, took: _took, ...answer } = 'wishes' in change ? await this.run(key.kind === 'site' ? await this.devices.ofChoices(change, network) : change) : change;
    reply.status(written ? HttpStatus.CREATED : HttpStatus.OK);
    return answer;
  }

  private async read(body: ConsentsBody, key: ApiKey, typed: boolean, source: Record<string, string>, idempotencyKey?: string): Promise<ChangeRequest> {
    const change = await this.changes.read(body, key, source, idempotencyKey);
    if (typed) refuseImpossible(change);
    return change;
  }

  /** A call that was answered is not refused when it comes again. */
  private async first(refusal: unknown, body: ConsentsBody, key: ApiKey, idempotencyKey?: string): Promise<ChangeAnswer> {
    const first = refusal instanceof ProblemError || refusal instanceof Refusal ? await this.changes.first(body, key, idempotencyKey) : undefined;
    if (!first) throw refusal;
    return first;
  }

  private run(change: ChangeRequest): Promise<ChangeAnswer> {
    return this.bus.execute(new ChangeConsent(change));
  }
}
