import { Body, Controller, HttpCode, Param, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsString, IsUUID, Length } from 'class-validator';
import type { ApiKey } from '#access';
import { Key, Needs } from '../http/access.js';
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
@ApiBearerAuth()
@Controller('v1/people')
export class IdentityController {
  constructor(private readonly identity: Identity) {}

  @Post(':person/merge')
  @HttpCode(200)
  @Needs('people:write')
  @ApiOperation({ summary: 'Merge a person into another one', description: 'Ends what was allowed under his id; from then on his id and identifiers lead to the other, for whom the more protective of both answers counts. Both histories stay whole; a split undoes it.' })
  async merge(@Param('person', personId()) person: string, @Body() { into }: MergeBody, @Key() key: ApiKey): Promise<Joined> {
    return this.identity.merge(person.toLowerCase(), into.toLowerCase(), key);
  }

  @Post(':person/split')
  @HttpCode(200)
  @Needs('people:write')
  @ApiOperation({ summary: 'Split a merged person off again', description: 'He gets back what was his, and what was decided under his identifiers since; a withdrawal made meanwhile holds for both.' })
  async split(@Param('person', personId()) person: string, @Key() key: ApiKey): Promise<Joined> {
    return this.identity.split(person.toLowerCase(), key);
  }

  @Post(':person/links')
  @HttpCode(201)
  @Needs('people:write')
  @ApiOperation({ summary: 'Link a device to a person, at sign-in', description: 'His "no" to a device purpose reaches the device, also one that he said before; a grant never crosses.' })
  async link(@Param('person', personId()) person: string, @Body() { device }: LinkBody, @Key() key: ApiKey): Promise<{ person: string; device: string }> {
    return this.identity.link(person.toLowerCase(), device, key);
  }
}
