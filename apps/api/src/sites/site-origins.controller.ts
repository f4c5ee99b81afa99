import { Controller, Get } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { KeyCache } from '#access';
import { Needs } from '../http/access.js';

class SiteOrigins {
  @ApiProperty({ type: [String], example: ['https://www.example.se'] })
  origins: string[];
}

@ApiTags('sites')
@Controller('v1/sites')
export class SiteOriginsController {
  constructor(private readonly keys: KeyCache) {}

  @Get()
  @Needs('people:write')
  @ApiOperation({
    summary: 'From which origins site keys work',
    description: 'Each once, of keys that are neither revoked nor expired, at most five seconds old. For a portal that links the devices that visitors bring from these sites.',
  })
  @ApiOkResponse({ type: SiteOrigins })
  list(): SiteOrigins {
    return { origins: this.keys.siteOrigins() };
  }
}
