import { Body, Controller, Delete, Get, HttpCode, Inject, Param, Put, Res } from '@nestjs/common';
import { ApiNoContentResponse, ApiOkResponse, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsInt, IsOptional, IsString, Max, MaxLength, Min } from 'class-validator';
import type { FastifyReply } from 'fastify';
import { addSystem, faultOfSystem, isSystemId, listSystems, removeSystem, type ListedSystem } from '#propagation';
import type { ListedWebhook } from '#webhooks';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { SystemTables } from './system-tables.js';
import { WebhookDesk } from './webhook-desk.js';

class SystemBody {
  @ApiPropertyOptional({ type: [String], minItems: 1, maxItems: 64, example: ['newsletter'], description: 'what it acts on; absent: every purpose' })
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(64) @IsString({ each: true })
  purposes?: string[];

  @ApiProperty({ minimum: 100, maximum: 2_592_000_000, example: 5_000, description: 'how soon it acts on a withdrawal, in milliseconds' })
  @IsInt() @Min(100) @Max(2_592_000_000)
  deadlineMs: number;

  @ApiPropertyOptional({ type: String, nullable: true, maxLength: 2_000, example: 'https://crm.example.com/hook', description: 'where it is told, for a system without Kafka (Standard Webhooks, CloudEvents); null: nowhere any more; absent: as it is' })
  @IsOptional() @IsString() @MaxLength(2_000)
  webhook?: string | null;

  @ApiPropertyOptional({ description: 'makes a new signing secret; the one before signs too for 24 hours' })
  @IsOptional() @IsBoolean()
  rotateSecret?: boolean;
}

@ApiTags('propagation')
@Controller('v1/systems')
export class SystemsController {
  constructor(
    private readonly tables: SystemTables,
    private readonly catalogue: CurrentCatalogue,
    @Inject(WebhookDesk) private readonly webhooks: WebhookDesk,
  ) {}

  @Get()
  @Needs('systems:write', 'audit:read')
  @ApiOperation({ summary: 'The systems that act on decisions, and how many withdrawals each is late with' })
  async list(): Promise<{ systems: (ListedSystem & { webhook?: ListedWebhook })[] }> {
    const [systems, webhooks] = [await listSystems(this.tables.pool, this.tables.ledger), await this.webhooks.list()];
    return { systems: systems.map((system) => ({ ...system, ...(webhooks.has(system.id) && { webhook: webhooks.get(system.id) }) })) };
  }

  @Put(':system')
  @HttpCode(204)
  @Needs('systems:write')
  @ApiOperation({
    summary: 'Register a system, or change what it acts on',
    description:
      'From now on it is demanded that it acknowledges each withdrawal of these purposes by the deadline; of what it acted on before, as before, and nothing of a purpose that is left out. With a `webhook` that is new, or `rotateSecret`, the answer is 200 with the signing `secret`, which is shown once.',
  })
  @ApiOkResponse({ schema: { type: 'object', properties: { secret: { type: 'string', example: 'whsec_…' } } }, description: 'a signing secret was made' })
  @ApiNoContentResponse({ description: 'registered' })
  async put(@Param('system') id: string, @Body() { purposes, deadlineMs, ...wanted }: SystemBody, @Res({ passthrough: true }) reply: FastifyReply): Promise<{ secret: string } | undefined> {
    const system = { id, deadlineMs, ...(purposes && { purposes: [...new Set(purposes)].sort() }) };
    for (const purpose of system.purposes ?? []) this.catalogue.purpose(purpose);
    const fault = faultOfSystem(system);
    if (fault !== undefined) throw new ProblemError(400, 'invalid_system', fault);
    this.webhooks.check(wanted);
    // The webhook first: what is demanded of the system must be told to it.
    const secret = await this.webhooks.set(id, wanted);
    await addSystem(this.tables.pool, this.tables.ledger, system);
    if (secret === undefined) return undefined;
    void reply.status(200);
    return { secret };
  }

  @Delete(':system')
  @HttpCode(204)
  @Needs('systems:write')
  @ApiOperation({ summary: 'Demand nothing of a system any more', description: 'What it acknowledged stays.' })
  async remove(@Param('system') id: string): Promise<void> {
    const known = isSystemId(id);
    if (known) await this.webhooks.remove(id);
    if (!known || !(await removeSystem(this.tables.pool, this.tables.ledger, id))) throw new ProblemError(404, 'system_unknown', 'no system is registered under this id');
  }
}
