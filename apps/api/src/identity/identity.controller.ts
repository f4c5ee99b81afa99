import { Body, Controller, HttpCode, Param, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, IsUUID, Length } from 'class-validator';
import type { FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { Key, Needs } from '../http/access.js';
import { FirstAnswers, TakesIdempotencyKey } from '../http/first-answers.js';
import { personId } from '../people/people.controller.js';
import { Identity, type Joined } from './identity.js';

class MergeBody {
  @ApiProperty({ format: 'uuid', description: 'the person that this one becomes a part of' })
  @IsUUID()
  into: string;
}

class LinkBody {
  @ApiProperty({ minLength: 1, maxLength: 1024, description: "the device's token" })
  @IsString() @Length(1, 1024)
  device: string;
}

@ApiTags('people')
@Controller('v1/people')
export class IdentityController {
  constructor(
    private readonly identity: Identity,
    private readonly firsts: FirstAnswers,
  ) {}

  @Post(':person/merge')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Merge a person into another one', description: 'Ends what was allowed under his id; from then on his id and identifiers lead to the other, for whom the more protective of both answers counts. Both histories stay whole; a split undoes it.' })
  async merge(@Param('person', personId()) person: string, @Body() { into }: MergeBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Joined> {
    return this.identity.merge({ person: person.toLowerCase(), key, idempotency: this.firsts.ofCall(request, key) }, into.toLowerCase());
  }

  @Post(':person/split')
  @HttpCode(200)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Split a merged person off again', description: 'He gets back what was his, and what was decided under his identifiers since; a withdrawal made meanwhile holds for both.' })
  async split(@Param('person', personId()) person: string, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<Joined> {
    return this.identity.split({ person: person.toLowerCase(), key, idempotency: this.firsts.ofCall(request, key) });
  }

  @Post(':person/links')
  @HttpCode(201)
  @TakesIdempotencyKey()
  @Needs('people:write')
  @ApiOperation({ summary: 'Link a device to a person, at sign-in', description: 'His "no" to a device purpose reaches the device, also one that he said before; a grant never crosses.' })
  async link(@Param('person', personId()) person: string, @Body() { device }: LinkBody, @Key() key: ApiKey, @Req() request: FastifyRequest): Promise<{ person: string; device: string }> {
    return this.identity.link({ person: person.toLowerCase(), key, idempotency: this.firsts.ofCall(request, key) }, device);
  }
}
