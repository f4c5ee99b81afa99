import { Controller, Get, Headers, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiPropertyOptional, ApiResponse, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, Matches } from 'class-validator';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { LRUCache } from 'lru-cache';
import { ProblemError } from '../http/problem.js';
import { networkOf } from '../http/source.js';
import { TOLD, ToldCounts, type Told } from '../statistics/told-counts.js';
import { Metrics } from '../system/metrics.js';
import { SiteConfigs } from './site-config.js';
import { SiteKeys } from './site-keys.js';
import { sendZipped, zippedOf, type Zipped } from './zipped.js';

class LanguagesQuery {
  @ApiPropertyOptional({ example: 'sv,en', description: 'languages in the order of the visitor’s wish; without it, or with none that is there: en' })
  @IsOptional() @IsString() @Matches(/^[A-Za-z0-9-]{1,35}(,[A-Za-z0-9-]{1,35}){0,9}$/)
  lang?: string;
}

class ToldQuery {
  @ApiProperty({ enum: TOLD, description: '`shown`: the texts were put before a visitor; `refused`: a visitor without an id said no to all' })
  @IsIn(TOLD)
  what: Told;

  @ApiProperty({ example: 'sv' })
  @IsString() @Matches(/^[A-Za-z0-9-]{1,35}$/)
  locale: string;

  @ApiProperty({ example: 'cookies@1.3', description: 'the texts by id and version, ten at most' })
  @IsString() @Matches(/^[a-z][a-z0-9-]{0,62}@[\w.-]{1,32}(,[a-z][a-z0-9-]{0,62}@[\w.-]{1,32}){0,9}$/)
  notices: string;

  @ApiPropertyOptional({ example: 'site-footer', description: 'collection point' })
  @IsOptional() @IsString() @Matches(/^[a-z][a-z0-9-]{0,62}$/)
  point?: string;
}

const wantedOf = ({ lang }: LanguagesQuery): string[] => lang?.split(',') ?? [];

/** What a website's script reads and tells, beside its choices. Public: the site key stands in the address, as it stands in the page. */
@ApiTags('sites')
@Controller('v1/sites/:key')
export class SitesController {
  private readonly answers = new LRUCache<string, Zipped>({ max: 200 });
  constructor(
    private readonly keys: SiteKeys,
    private readonly configs: SiteConfigs,
    private readonly metrics: Metrics,
    private readonly told: ToldCounts,
  ) {}

  @Get()
  @ApiOperation({
    summary: 'What a banner asks: the device’s purposes of a site key, notices with snapshot tokens, and texts, in one language',
    description: 'One small answer that caches may keep for a minute. `holds`: versions under which a consent holds; `stands`: those that need no new question. `gpc` is true where the call carried `Sec-GPC: 1`.',
  })
  @ApiResponse({ status: 200, description: 'the configuration' })
  @ApiResponse({ status: 304, description: 'unchanged' })
  async config(
    @Param('key') secret: string,
    @Query() query: LanguagesQuery,
    @Req() { headers }: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('origin') origin?: string,
    @Headers('sec-gpc') signal?: string,
  ): Promise<void> {
    const key = await this.keys.of(secret, origin).catch((problem: unknown) => tellAll(reply, problem));
    const config = await this.configs.banner(key, wantedOf(query));
    await this.send(reply, { ...config, ...(signal === '1' && { gpc: true }) }, headers);
  }

  @Get('forms/:purpose')
  @ApiOperation({ summary: 'What a sign-up form shows: one purpose of a site key, its notice with snapshot token, and texts, in one language' })
  @ApiResponse({ status: 200, description: 'the form' })
  @ApiResponse({ status: 304, description: 'unchanged' })
  async form(
    @Param('key') secret: string,
    @Param('purpose') purpose: string,
    @Query() query: LanguagesQuery,
    @Req() { headers }: FastifyRequest,
    @Res() reply: FastifyReply,
    @Headers('origin') origin?: string,
  ): Promise<void> {
    const key = await this.keys.of(secret, origin);
    const form = await this.configs.form(key, purpose, wantedOf(query));
    if (!form) throw new ProblemError(403, 'purpose_not_allowed', 'this site key is bound to other purposes', { purpose: purpose.slice(0, 63) });
    await this.send(reply, form, headers);
  }

  @Post('counts')
  @HttpCode(204)
  @ApiOperation({
    summary: 'Count that texts were shown, or refused by a visitor without an id',
    description: 'Only the numbers of a day are kept. It sets nothing on the device, and reads nothing from it. Above the limit of its source the answer is the same, and nothing is counted.',
  })
  async count(@Param('key') secret: string, @Query() query: ToldQuery, @Req() http: FastifyRequest, @Headers('origin') origin?: string): Promise<void> {
    const key = await this.keys.of(secret, origin ?? '');
    const notices = query.notices.split(',').map((text) => text.split('@') as [string, string]);
    await this.told.take(key, { ...query, notices }, networkOf(http.ip) ?? 'unknown');
  }

  @Post('refusals')
  @HttpCode(204)
  @ApiOperation({ summary: 'Count a refusal of which no text is told', description: 'As scripts of before did: the metric alone.', deprecated: true })
  async refused(@Param('key') secret: string, @Headers('origin') origin?: string): Promise<void> {
    const { owner } = await this.keys.of(secret, origin ?? '');
    this.metrics.refusal(owner);
  }

  /** Of a site the same is asked for by every visitor of a minute: it is zipped once. */
  private async send(reply: FastifyReply, body: unknown, asked: FastifyRequest['headers']): Promise<void> {
    const text = JSON.stringify(body);
    const answer = this.answers.get(text) ?? (await zippedOf(Buffer.from(text)));
    this.answers.set(text, answer);
    sendZipped(reply, answer, asked, { type: 'application/json', caching: 'public, max-age=60', vary: ['Origin', 'Sec-GPC'] });
  }
}

/**
 * That a key is dead, or made for other origins, any page may read: its origin is of no living key then, and what counts there
 * hangs on it. A page that could not read it took the api for away, and went on with what it remembers.
 */
function tellAll(reply: FastifyReply, problem: unknown): never {
  if (problem instanceof ProblemError && [401, 403].includes(problem.problem.status)) void reply.header('access-control-allow-origin', '*');
  throw problem;
}
