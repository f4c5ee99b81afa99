import { Controller, Get, Headers, Param, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply } from 'fastify';
import { ProblemError } from '../http/problem.js';
import { ScriptFiles } from './script-files.js';

const SHORT = 'public, max-age=300';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The browser script, for pages of every origin: the newest at /samtycke.js, and under its version, where it never changes. */
@ApiExcludeController()
@Controller()
export class ScriptController {
  constructor(private readonly files: ScriptFiles) {}

  @Get('samtycke.js')
  newest(@Res() reply: FastifyReply, @Headers('if-none-match') known?: string, @Headers('accept-encoding') encodings?: string): Promise<void> {
    return this.send(reply, 'samtycke.js', SHORT, known, encodings);
  }

  @Get('samtycke/:version/:file')
  async pinned(
    @Param('version') version: string,
    @Param('file') file: string,
    @Res() reply: FastifyReply,
    @Headers('if-none-match') known?: string,
    @Headers('accept-encoding') encodings?: string,
  ): Promise<void> {
    if (version !== (await this.files.version())) throw new ProblemError(404, 'not_found', 'this version of the script is not served here');
    return this.send(reply, file, FOR_EVER, known, encodings);
  }

  private async send(reply: FastifyReply, name: string, caching: string, known: string | undefined, encodings: string | undefined): Promise<void> {
    const file = await this.files.get(name);
    if (!file) throw new ProblemError(404, 'not_found', 'there is no such script');
    const zipped = /\bgzip\b/.test(encodings ?? '');
    const etag = zipped ? file.etag.replace(/"$/, '-gzip"') : file.etag;
    reply.headers({ etag, 'cache-control': caching, vary: 'Accept-Encoding', 'access-control-allow-origin': '*', 'cross-origin-resource-policy': 'cross-origin' });
    if (known === etag || known === `W/${etag}`) return void reply.status(304).send();
    if (zipped) reply.header('content-encoding', 'gzip');
    void reply.type('text/javascript; charset=utf-8').send(zipped ? file.zipped : file.plain);
  }
}
