import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { PROPAGATION_PAGE } from './propagation-page.js';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');
const chartStyles = join(dirname(createRequire(import.meta.url).resolve('uplot')), 'uPlot.min.css');

/** The live page of delays. Public and empty: what it shows it asks for with the key that its reader brings. */
@ApiExcludeController()
@Controller('propagation')
export class PropagationPageController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  page(): string {
    return PROPAGATION_PAGE;
  }

  @Get('propagation.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'no-cache')
  async styles(): Promise<string> {
    return `${await readFile(chartStyles, 'utf8')}\n${await read('../../public/operator-page.css')}`;
  }

  /** Made by the build. */
  @Get('propagation.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'no-cache')
  script(): Promise<string> {
    return read('./browser/propagation-page.bundle.js');
  }
}
