import { Controller, Get, Header, Headers, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { LEDGER_PERSON } from '#contracts';
import { LogFolder } from '#log-folder';
import { parseTilePath, TILE_WIDTH, type Tile } from '#proof';
import { Key, Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { History } from './history.js';
import { readingOf, TakesReason } from './reading.js';

const PREFIX = '/log/';
/** A signed tile never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';

/** The tile that the call's own path names, letter for letter: nothing is decoded, so nothing leads out of the log. */
function tileOf({ url }: FastifyRequest): Tile {
  const path = url.split('?', 1)[0] ?? '';
  const tile = path.startsWith(PREFIX) ? parseTilePath(path.slice(PREFIX.length)) : undefined;
  if (!tile) throw new ProblemError(404, 'not_found', 'the log has no such tile');
  return tile;
}

@ApiTags('log')
@Controller('log')
export class LogController {
  constructor(
    private readonly folder: LogFolder,
    private readonly history: History,
  ) {}

  @Get('checkpoint')
  @ApiOperation({ summary: 'The newest signed checkpoint', description: "C2SP tlog-checkpoint: the log's origin, size and root, signed by its key, with the operator's timestamped cosignature (cosignature/v1)." })
  @ApiProduces('text/plain')
  @Header('content-type', 'text/plain; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @Header('access-control-allow-origin', '*')
  async checkpoint(): Promise<string> {
    const checkpoint = await this.folder.checkpoint();
    if (checkpoint === undefined) throw new ProblemError(404, 'checkpoint_missing', 'no checkpoint was signed yet');
    return checkpoint;
  }

  @Get('tile/entries/*')
  @Needs('audit:read')
  @ApiParam({ name: 'path', description: 'e.g. `000`, `x001/234`, `000.p/12`' })
  @ApiProduces('application/octet-stream')
  @TakesReason()
  @ApiOperation({ summary: 'A bundle of 256 events, as they were hashed', description: 'C2SP tlog-tiles: each entry with a uint16 length before it. Leaves one trace: who read which range of the log, when and why.' })
  async entries(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Key() key: ApiKey, @Headers('samtycke-reason') given?: string): Promise<void> {
    const tile = tileOf(request);
    const by = readingOf(key, given);
    const bytes = await this.bytesOf(tile);
    const first = tile.index * TILE_WIDTH;
    await this.history.trace(LEDGER_PERSON, `log entries ${first}-${first + tile.width - 1}`, by);
    this.send(reply, bytes, 'private, no-store');
  }

  @Get('tile/*')
  @ApiParam({ name: 'path', description: '`<level>/<number>[.p/<width>]`, e.g. `0/000`, `1/x001/234`, `0/000.p/12`' })
  @ApiProduces('application/octet-stream')
  @ApiOperation({ summary: 'A tile of hashes', description: 'C2SP tlog-tiles, height 8: 256 hashes of 32 bytes, or as many as the width says. Never changes.' })
  async hashes(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const tile = tileOf(request);
    if (tile.level === 'entries') throw new ProblemError(404, 'not_found', 'the log has no such tile');
    const bytes = await this.bytesOf(tile);
    void reply.header('access-control-allow-origin', '*');
    this.send(reply, bytes, FOR_EVER);
  }

  private async bytesOf(tile: Tile): Promise<Uint8Array> {
    const bytes = await this.folder.signedTile(tile);
    if (!bytes) throw new ProblemError(404, 'not_found', 'the log has no such tile');
    return bytes;
  }

  private send(reply: FastifyReply, bytes: Uint8Array, cache: string): void {
    void reply.header('content-type', 'application/octet-stream').header('cache-control', cache).send(Buffer.from(bytes));
  }
}
