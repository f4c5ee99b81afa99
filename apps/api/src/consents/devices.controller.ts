import { Controller, HttpCode, Post, Req } from '@nestjs/common';
import { ApiOperation, ApiResponse, ApiTags } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { newHolderId } from '#ledger';
import { Tokens } from '#vault';
import { Key, Needs } from '../http/access.js';
import { networkOf } from '../http/source.js';
import { DeviceLimits } from './device-limits.js';

@ApiTags('consents')
@Controller('v1/devices')
export class DevicesController {
  constructor(
    private readonly tokens: Tokens,
    private readonly limits: DeviceLimits,
  ) {}

  @Post()
  @HttpCode(201)
  @Needs('site')
  @ApiOperation({ summary: 'A new device id with its signed token', description: 'Ask for one only when there is something to remember: a refusal sets no id.' })
  @ApiResponse({ status: 429, description: 'too many new devices from one source' })
  async create(@Key() key: ApiKey, @Req() request: FastifyRequest): Promise<{ device: string; token: string }> {
    await this.limits.ofCreation(key.id, networkOf(request.ip) ?? 'unknown');
    const device = newHolderId();
    return { device, token: await this.tokens.device(device) };
  }
}
