import { Body, Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBody, ApiExtraModels, ApiOperation, ApiTags, getSchemaPath } from '@nestjs/swagger';
import type { ApiKey } from '#access';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { Key, Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { CheckAnswers, type CheckAnswer } from './answer-check.js';
import { CheckBody, ChecksBody } from './body.js';
import { CheckPipe } from './check.pipe.js';
import { SubjectReader } from './read-subject.js';

@ApiTags('consents')
@ApiExtraModels(CheckBody, ChecksBody)
@Controller('v1/check')
export class CheckController {
  constructor(
    private readonly subjects: SubjectReader,
    private readonly catalogue: CurrentCatalogue,
    private readonly answers: CheckAnswers,
  ) {}

  @Post()
  @HttpCode(200)
  @Needs('consents:read', 'site')
  @ApiOperation({ summary: 'May this be processed now?', description: 'One question, or up to 1,000. A site key may ask about the device whose token it brings.' })
  @ApiBody({ schema: { oneOf: [{ $ref: getSchemaPath(CheckBody) }, { $ref: getSchemaPath(ChecksBody) }] } })
  async check(@Body(CheckPipe) body: CheckBody | ChecksBody, @Key() key: ApiKey): Promise<CheckAnswer | { results: CheckAnswer[] }> {
    if (!('checks' in body)) return this.one(body, key);
    return { results: await Promise.all(body.checks.map((check) => this.one(check, key))) };
  }

  private async one(body: CheckBody, key: ApiKey): Promise<CheckAnswer> {
    const purpose = this.catalogue.purpose(body.purpose);
    const subject = await this.subjects.read(body.subject);
    const onlyDevice = subject.device !== undefined && subject.identifiers.length === 0 && subject.person === undefined;
    if (key.kind === 'site' && !onlyDevice) throw new ProblemError(403, 'site_key_not_allowed', 'a site key reads nothing but its own device');
    return this.answers.check(subject, purpose, body);
  }
}
