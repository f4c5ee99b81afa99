import { Body, Controller, HttpCode, Post, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Tokens } from '#vault';
import { Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { networkOf } from '../http/source.js';
import { DeviceWatch } from './device-watch.js';

const RETRY_S = 60;

class WatchBody {
  @ApiProperty({ minLength: 1, maxLength: 1024, description: "the device's token; in the body, so that no log holds it" })
  @IsString() @Length(1, 1024)
  device: string;
}

@ApiTags('consents')
@Controller('v1/devices/watch')
export class WatchController {
  constructor(
    private readonly watch: DeviceWatch,
    private readonly tokens: Tokens,
  ) {}

  @Post()
  @HttpCode(200)
  @Needs('site')
  @ApiOperation({ summary: 'Hear when something was recorded about a device', description: "A stream of lines, each the device's count of events: at once, within a second of an event, and every 15 seconds. Nothing else stands in it: ask POST /v1/check what holds now." })
  @ApiResponse({ status: 200, content: { 'text/plain': { schema: { type: 'string', example: '4\n5\n' } } } })
  @ApiResponse({ status: 503, description: 'too many pages are open; ask every now and then instead' })
  async open(@Body() { device: token }: WatchBody, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const device = await this.tokens.openDevice(token);
    if (device === undefined) throw new ProblemError(400, 'invalid_device_token', 'this is no token of a device of this ledger');
    const { raw } = reply;
    // It waits for another answer on its connection: a stream would never come to it, and nobody would hear that its page has left.
    if (raw.socket === null) throw new ProblemError(503, 'unavailable', 'this connection has another answer under way: ask on one of its own', {}, RETRY_S);
    const lines: number[] = [];
    let begun = false;
    const tell = (seq: number): void => {
      if (!begun) lines.push(seq);
      else if (!raw.writableEnded && !raw.destroyed) raw.write(`${seq}\n`);
    };
    // The connection ends with the stream: kept open, it would be what an api waits for that is told to end.
    const end = (): void => void raw.end(() => raw.socket?.end());
    const leave = await this.watch.add(device, networkOf(request.ip) ?? 'unknown', { tell, end });
    if (!leave) throw new ProblemError(503, 'unavailable', 'too many pages are open', {}, RETRY_S);
    raw.on('close', leave);
    if (raw.destroyed) leave();
    reply.hijack();
    raw.writeHead(200, { ...reply.getHeaders(), 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'x-accel-buffering': 'no', 'x-content-type-options': 'nosniff' } as Record<string, string>);
    begun = true;
    lines.forEach(tell);
  }
}
