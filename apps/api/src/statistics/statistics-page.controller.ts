import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { STATISTICS_PAGE } from './statistics-page.js';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
const chartStyles = join(dirname(createRequire(import.meta.url).resolve('uplot')), 'uPlot.min.css');

/** The page of answers. Public and empty: what it shows it asks for with the key that its reader brings. */
@ApiExcludeController()
@Controller('statistics')
export class StatisticsPageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  page(): string {
    return STATISTICS_PAGE;
  }

  @Get('statistics.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'no-cache')
  async styles(): Promise<string> {
    const parts = await Promise.all([readFile(chartStyles, 'utf8'), read('../../public/operator-page.css'), read('../../public/statistics.css')]);
    return parts.join('\n');
  }

  /** Made by the build. */
  @Get('statistics.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'no-cache')
  script(): Promise<string> {
    return read('./browser/statistics-page.bundle.js');
  }
}
