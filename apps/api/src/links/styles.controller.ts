import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { LINK_STYLES } from './page.js';

@ApiExcludeController()
@Controller()
export class LinkStylesController {
  @Get('links.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=3600')
  styles(): string {
    return LINK_STYLES;
  }
}
