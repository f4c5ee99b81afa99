import { Body, Controller, Get, Headers, HttpCode, Param, ParseUUIDPipe, Post, Query, Req } from '@nestjs/common';
import { ApiOperation, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsIn, IsInt, IsOptional, Max, Min } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { decideFact, type PersonFact } from '#consent';
import { microsOf, nowMicros, streamsOf, timeText } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { Key, Needs } from '../http/access.js';
import { FirstAnswers, TakesIdempotencyKey } from '../http/first-answers.js';
import { ProblemError } from '../http/problem.js';
import { PeopleTables, type KnownIdentifier } from '../people/people-tables.js';
import { personId } from '../people/people.controller.js';
import { readingOf, TakesReason } from '../proof/reading.js';
import { CloseBody, ComplaintBody, EraseBody, RectifyBody, RestrictBody } from './bodies.js';
import { Erasure, type Erased } from './erasure.js';
import { PersonDesk, type Asking, type Done } from './person-desk.js';
import { Rectification } from './rectification.js';
import { RightsRegister, type RightState } from './register.js';

interface Authority {
  id: string;
  country: string;
  name: string;
  role: string;
  website: string;
}

class OpenQuery {
  @ApiPropertyOptional({ enum: ['open'], default: 'open' })
  @IsOptional() @IsIn(['open'])
  state?: 'open';

  @ApiPropertyOptional({ minimum: 1, maximum: 500, default: 100 })
  @IsOptional() @Type(() => Number) @IsInt() @Min(1) @Max(500)
  limit?: number;
}

const rightId = (): ParseUUIDPipe => new ParseUUIDPipe({ exceptionFactory: () => new ProblemError(400, 'invalid_right', 'a right is named by the UUID of its event') });

function restrictedUntil(text: string): string {
  const until = timeText(microsOf(text));
  if (until <= timeText(nowMicros())) throw new ProblemError(422, 'restriction_in_past', 'a restriction ends in the future');
  return until;
}

@ApiTags('rights')
@Controller('v1')
export class RightsController {
  constructor(
    private readonly desk: PersonDesk,
    private readonly erasure: Erasure,
    private readonly rectification: Rectification,
    private readonly register: RightsRegister,
    private readonly tables: PeopleTables,
    private readonly catalogue: CurrentCatalogue,
    private readonly firsts: FirstAnswers,
  ) {}

  @Post('people/:person/restrict')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Restrict processing, or end the restriction (GDPR 18)', description: 'Only legal claims, vital interests and consents given since stay allowed. Its end gives back what was chosen.' })
  async restrict(@Param('person', personId()) id: string, @Body() body: RestrictBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done> {
    const idempotency = this.firsts.ofCall(request, key);
    const until = body.until === undefined || body.end ? undefined : restrictedUntil(body.until);
    const fact: PersonFact = body.end ? { kind: 'lift-restriction', ground: body.ground } : { kind: 'restrict', ground: body.ground, until };
    const evidence = body.text === undefined ? undefined : { 'reason-text': body.text };
    const asking: Asking = { person: id.toLowerCase(), key, evidence, idempotency, decide: (view, purposes) => decideFact(fact, view.person, streamsOf(view, purposes), view.recordedAt) };
    return this.firsts.once(idempotency, () => this.desk.meet('restrict', asking, body.end ? 'lifted' : 'restricted'));
  }

  @Post('people/:person/erase')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Erase a person or device (GDPR 17)', description: 'Ends every permission, and removes identifiers, evidence and the key they are sealed with. The events stay, without anything that names him. Says what was removed, and what is kept elsewhere, on which ground, until when.' })
  async erase(@Param('person', personId()) person: string, @Body() body: EraseBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Erased> {
    return this.erasure.erase({ person: person.toLowerCase(), key, idempotency: this.firsts.ofCall(request, key) }, body);
  }

  @Post('people/:person/rectify')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Correct identifiers, or ask for another correction (GDPR 16)', description: 'Identifiers are corrected at once; words alone open a request that somebody closes.' })
  async rectify(@Param('person', personId()) person: string, @Body() body: RectifyBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done> {
    const idempotency = this.firsts.ofCall(request, key);
    return this.firsts.once(idempotency, () => this.rectification.rectify({ person: person.toLowerCase(), key, idempotency }, body));
  }

  @Get('people/:person/rectify')
  @Needs('people:write')
  @TakesReason()
  @ApiOperation({ summary: 'What a person is found by, for whoever is to say what is wrong', description: 'Identifiers in clear with their ids, which `remove` of the correction names. Records no request. Leaves a trace.' })
  async correctable(@Param('person', personId()) person: string, @Key() key: ApiKey, @Headers('samtycke-reason') reason?: string): Promise<{ person: string; identifiers: KnownIdentifier[] }> {
    return this.rectification.correctable(person.toLowerCase(), readingOf(key, reason));
  }

  @Post('people/:person/complaints')
  @HttpCode(201)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Record a complaint', description: "The answer acknowledges it, with a date to answer by, the company's address, and the authority of the person's country (GDPR 77)." })
  async complain(@Param('person', personId()) person: string, @Body() { text, country }: ComplaintBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done & { contact?: string; authorities: Authority[] }> {
    const idempotency = this.firsts.ofCall(request, key);
    const { authorities = [], rights = [] } = this.catalogue.get().document as { authorities?: Authority[]; rights?: { id: string; contact?: string }[] };
    const own = authorities.filter(({ role }) => role === 'data-protection');
    const near = own.filter((authority) => authority.country === country);
    const contact = rights.find(({ id }) => id === 'complain-to-company')?.contact;
    const asking = { person: person.toLowerCase(), key, idempotency, evidence: { 'reason-text': text } };
    return this.firsts.once(idempotency, () => this.desk.open('complaint', asking, (done) => ({ ...done, contact, authorities: near.length > 0 ? near : own })));
  }

  @Get('people/:person/rights')
  @Needs('people:read', 'people:write')
  @ApiOperation({ summary: 'The rights that a person has asked for, each with its state and due date', description: 'What was open when he was erased is closed by that, with the outcome `erased`.' })
  async ofPerson(@Param('person', personId()) id: string): Promise<{ rights: RightState[] }> {
    const person = id.toLowerCase();
    await this.tables.holderKind(person);
    return { rights: await this.register.of(person) };
  }

  @Get('rights')
  @Needs('people:read', 'people:write')
  @ApiOperation({ summary: 'Rights that are open, the nearest due date first' })
  async open(@Query() { limit = 100 }: OpenQuery): Promise<{ rights: RightState[] }> {
    return { rights: await this.register.open(limit) };
  }

  @Post('people/:person/rights/:right/close')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Close a request', description: '`outcome` is a code of yours: done, refused, withdrawn …' })
  async close(@Param('person', personId()) person: string, @Param('right', rightId()) right: string, @Body() { outcome }: CloseBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done> {
    const idempotency = this.firsts.ofCall(request, key);
    return this.firsts.once(idempotency, () => this.register.close({ person: person.toLowerCase(), key, idempotency }, right.toLowerCase(), outcome));
  }
}
