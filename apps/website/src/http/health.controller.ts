import { Controller, Get } from '@nestjs/common';

/** The site needs nothing but itself to answer: texts come with it, and the browser talks to the api. */
@Controller('health')
export class HealthController {
  @Get('live')
  live(): { status: 'ok' } {
    return { status: 'ok' };
  }

  @Get('ready')
  ready(): { status: 'ok' } {
    return { status: 'ok' };
  }
}
