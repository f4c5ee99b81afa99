import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import { ApiExcludeController } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem.js';
import { ScriptFiles } from './script-files.js';
import { sendZipped } from './zipped.js';

const SHORT = 'public, max-age=300';
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The browser script, for pages of every origin: the newest at /samtycke.js, and under its version, where it never changes. */
@ApiExcludeController()
@Controller()
export class ScriptController {
  constructor(private readonly files: ScriptFiles) {}

  @Get('samtycke.js')
  newest(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.send(request, reply, 'samtycke.js', SHORT);
  }

  @Get('samtycke/:version/:file')
  async pinned(@Param('version') version: string, @Param('file') file: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (version !== (await this.files.version())) throw new ProblemError(404, 'not_found', 'this version of the script is not served here');
    return this.send(request, reply, file, FOR_EVER);
  }

  private async send({ headers }: FastifyRequest, reply: FastifyReply, name: string, caching: string): Promise<void> {
    const file = await this.files.get(name);
    if (!file) throw new ProblemError(404, 'not_found', 'there is no such script');
    void reply.header('access-control-allow-origin', '*');
    sendZipped(reply, file, headers, { type: 'text/javascript', caching });
  }
}
