import { Controller, HttpCode, Post } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { newHolderId } from '#ledger';
import { Tokens } from '#vault';
import { Needs } from '../http/access.js';

@ApiTags('consents')
@ApiBearerAuth()
@Controller('v1/devices')
export class DevicesController {
  constructor(private readonly tokens: Tokens) {}

  @Post()
  @HttpCode(201)
  @Needs('site')
  @ApiOperation({ summary: 'A new device id with its signed token', description: 'Ask for one only when there is something to remember: a refusal sets no id.' })
  async create(): Promise<{ device: string; token: string }> {
    const device = newHolderId();
    return { device, token: await this.tokens.device(device) };
  }
}
