import { Body, Controller, HttpCode, Param, Post, Put, Req } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { allInEffect, decideOverride } from '#consent';
import { microsOf, Refusal, timeText, type Entry, type View } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { Key, Needs } from '../http/access.js';
import { FirstAnswers, TakesIdempotencyKey } from '../http/first-answers.js';
import { personId } from '../people/people.controller.js';
import { OverrideBody, PreferencesBody } from './bodies.js';
import { PersonDesk, type Asking, type Done } from './person-desk.js';
import { PreferenceDesk } from './preferences.js';

const WHY: Record<string, string> = {
  override_not_possible: 'an objection to this purpose cannot be overridden (GDPR 21(2) and (3), or the policy does not weigh it)',
  override_in_past: 'an override ends in the future',
  no_objection: 'nobody has objected to this purpose',
};

@ApiTags('people')
@Controller('v1/people')
export class PreferencesController {
  constructor(
    private readonly preferences: PreferenceDesk,
    private readonly desk: PersonDesk,
    private readonly catalogue: CurrentCatalogue,
    private readonly firsts: FirstAnswers,
  ) {}

  @Put(':person/preferences')
  @TakesIdempotencyKey()
  @Needs('consents:write')
  @ApiOperation({ summary: 'What a person prefers', description: 'Of a purpose: channels, topics, frequency, language, a pause. Of the whole person: suppression and a pause. It is no consent and no withdrawal; `GET …/consents` shows `chosen` beside what is in force.' })
  async put(@Param('person', personId()) person: string, @Body() body: PreferencesBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done> {
    const idempotency = this.firsts.ofCall(request, key);
    return this.firsts.once(idempotency, () => this.preferences.change({ person: person.toLowerCase(), key, idempotency }, body));
  }

  @Post(':person/objections/:purpose/override')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Override an objection on a recorded compelling ground', description: 'Only where the policy weighs objections to the purpose; never against direct marketing (GDPR 21). Without it the objection stands.' })
  async override(@Param('person', personId()) person: string, @Param('purpose') purposeId: string, @Body() body: OverrideBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done> {
    const idempotency = this.firsts.ofCall(request, key);
    const purpose = this.catalogue.purpose(purposeId);
    const until = body.until === undefined ? undefined : timeText(microsOf(body.until));
    const asking: Asking = {
      person: person.toLowerCase(),
      key,
      idempotency,
      evidence: body.text === undefined ? {} : { 'reason-text': body.text },
      decide(view) {
        const stream = view.stream(purpose);
        const outcome = decideOverride({ ground: body.ground, until }, stream, purpose, view.recordedAt);
        if (outcome.kind === 'refused') throw new Refusal(outcome.code === 'override_in_past' ? 422 : 409, outcome.code, WHY[outcome.code] ?? outcome.code, { purpose: purpose.id });
        if (outcome.kind === 'unchanged') return [];
        return allInEffect(outcome.drafts, purpose, stream, view.person, view.recordedAt).map((draft) => ({ purpose, draft }));
      },
    };
    return this.firsts.once(idempotency, () => this.desk.write(asking));
  }

  @Post(':person/objections/:purpose/accept')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Accept an objection after weighing it', description: 'Records the right to object as asked for and met. Nothing else changes: the processing stopped when the person objected.' })
  async accept(@Param('person', personId()) person: string, @Param('purpose') purposeId: string, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Done> {
    const idempotency = this.firsts.ofCall(request, key);
    const purpose = this.catalogue.purpose(purposeId);
    const decide = (view: View): Entry[] => {
      const { status } = view.stream(purpose);
      if (status !== 'objected') throw new Refusal(409, 'no_objection', WHY.no_objection ?? '', { purpose: purpose.id });
      return [];
    };
    return this.firsts.once(idempotency, () => this.desk.meet('object', { person: person.toLowerCase(), key, idempotency, decide }, 'accepted'));
  }
}
