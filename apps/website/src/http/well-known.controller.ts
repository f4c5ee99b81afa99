import { Controller, Get } from '@nestjs/common';

/** States that this site abides by Global Privacy Control signals. */
@Controller('.well-known')
export class WellKnownController {
  @Get('gpc.json')
  gpc(): { gpc: true; lastUpdate: string } {
    return { gpc: true, lastUpdate: '2026-11-22' };
  }
}
