import { Body, Controller, HttpCode, Inject, Options, Post, UseGuards } from '@nestjs/common';
import { PARTS, type AnalyticsParts } from '../analytics-parts.js';
import { WebsiteOnly } from '../http/website-only.js';
import { refererHost, tidyPath } from './tidy-path.js';
import { ViewBody } from './view-body.js';

/** Takes page views. The answer is the same whether the device may be counted or not. */
@Controller('collect')
@UseGuards(WebsiteOnly)
export class CollectController {
  constructor(@Inject(PARTS) private readonly parts: AnalyticsParts) {}

  @Post()
  @HttpCode(202)
  async collect(@Body() { device, path, title, referrer }: ViewBody): Promise<{ accepted: true }> {
    await this.parts.views.take({ device: device?.toLowerCase(), path: tidyPath(path), title, referrer: refererHost(referrer), at: new Date() });
    return { accepted: true };
  }

  /** A browser asks first whether the website's pages may send JSON here. */
  @Options()
  @HttpCode(204)
  preflight(): void {
    return undefined;
  }
}
