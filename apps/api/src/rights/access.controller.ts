import { Body, Controller, Headers, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { localeOf, type Locale } from '#languages';
import { homeOf, Reader } from '#ledger';
import { Key, Needs } from '../http/access.js';
import { FirstAnswers, TakesIdempotencyKey } from '../http/first-answers.js';
import { personId } from '../people/people.controller.js';
import { History } from '../proof/history.js';
import { readingOf, TakesReason } from '../proof/reading.js';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { AccessBody } from './bodies.js';
import { HeldOnPeople } from './export.js';
import { renderHeld } from './held-page.js';
import { PersonDesk } from './person-desk.js';

@ApiTags('rights')
@Controller('v1/people')
export class AccessController {
  constructor(
    private readonly held: HeldOnPeople,
    private readonly desk: PersonDesk,
    private readonly history: History,
    private readonly catalogue: CurrentCatalogue,
    private readonly firsts: FirstAnswers,
    private readonly reader: Reader,
  ) {}

  @Post(':person/access')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiProduces('application/json', 'text/html')
  @TakesReason()
  @ApiOperation({ summary: 'All that is held on a person (GDPR 15)', description: 'JSON, or with `Accept: text/html` a readable page in sv, da or en. Records the request and that it was met, and leaves a trace of the reading. A retry with the same `Idempotency-Key` records nothing more; what is held is gathered anew.' })
  async access(
    @Param('person', personId()) id: string,
    @Body() body: AccessBody,
    @Key() key: ApiKey,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
    @Headers('samtycke-reason') reason?: string,
    @Headers('accept') accept?: string,
    @Headers('accept-language') language?: string,
  ): Promise<unknown> {
    const reading = readingOf(key, reason);
    const idempotency = this.firsts.ofCall(request, key);
    await this.firsts.once(idempotency, () => this.desk.meet('access', { person: id.toLowerCase(), key, idempotency, decide: () => [] }, 'given'));
    // Not whom the first answer named: he may have been split off since.
    const person = await homeOf(this.reader, id.toLowerCase());
    await this.history.trace(person, 'access', reading);
    const held = await this.held.gather(person);
    if (!accept?.includes('text/html')) return held;
    reply.header('content-type', 'text/html; charset=utf-8').header('cache-control', 'no-store');
    const locale = (body.locale as Locale | undefined) ?? localeOf(language);
    return renderHeld(held, locale, this.catalogue.get());
  }
}
