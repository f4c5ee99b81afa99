import { readFile } from 'node:fs/promises';
import { Controller, Get, Header } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import { VERIFY_PAGE } from './verify-page.js';

const read = (path: string): Promise<string> => readFile(new URL(path, import.meta.url), 'utf8');

/** The page that verifies an evidence pack in the reader's own browser. Public: it knows nothing and is told nothing. */
@ApiExcludeController()
@Controller('verify')
export class VerifyController {
  @Get()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  page(): string {
    return VERIFY_PAGE;
  }

  @Get('verify.css')
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'no-cache')
  styles(): Promise<string> {
    return read('../../public/verify.css');
  }

  /** Made by the build, of the very code that the command line verifies with. */
  @Get('verify.js')
  @Header('content-type', 'text/javascript; charset=utf-8')
  @Header('cache-control', 'no-cache')
  script(): Promise<string> {
    return read('./browser/verify-page.bundle.js');
  }
}
