import { Controller, Get, Header } from '@nestjs/common';
import { dashboard } from './dashboard.js';

/** The one page. It holds no figures itself: the browser fetches them, and again whenever they change. */
@Controller()
export class PageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  show(): string {
    return dashboard.markup;
  }
}
