import { Body, Controller, Delete, Get, HttpCode, Param, Put } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiProperty, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsInt, IsOptional, IsString, Max, Min } from 'class-validator';
import { addSystem, faultOfSystem, listSystems, removeSystem, type ListedSystem } from '#propagation';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { SystemTables } from './system-tables.js';

class SystemBody {
  @ApiPropertyOptional({ type: [String], minItems: 1, maxItems: 64, example: ['newsletter'], description: 'what it acts on; absent: every purpose' })
  @IsOptional() @IsArray() @ArrayMinSize(1) @ArrayMaxSize(64) @IsString({ each: true })
  purposes?: string[];

  @ApiProperty({ minimum: 100, maximum: 2_592_000_000, example: 5_000, description: 'how soon it acts on a withdrawal, in milliseconds' })
  @IsInt() @Min(100) @Max(2_592_000_000)
  deadlineMs: number;
}

@ApiTags('propagation')
@ApiBearerAuth()
@Controller('v1/systems')
export class SystemsController {
  constructor(
    private readonly tables: SystemTables,
    private readonly catalogue: CurrentCatalogue,
  ) {}

  @Get()
  @Needs('systems:write', 'audit:read')
  @ApiOperation({ summary: 'The systems that act on decisions, and how many withdrawals each is late with' })
  async list(): Promise<{ systems: ListedSystem[] }> {
    return { systems: await listSystems(this.tables.pool, this.tables.ledger) };
  }

  @Put(':system')
  @HttpCode(204)
  @Needs('systems:write')
  @ApiOperation({ summary: 'Register a system, or change what it acts on', description: 'From now on it is demanded that it acknowledges each withdrawal of these purposes by the deadline.' })
  async put(@Param('system') id: string, @Body() { purposes, deadlineMs }: SystemBody): Promise<void> {
    const system = { id, deadlineMs, ...(purposes && { purposes: [...new Set(purposes)].sort() }) };
    for (const purpose of system.purposes ?? []) this.catalogue.purpose(purpose);
    const fault = faultOfSystem(system);
    if (fault !== undefined) throw new ProblemError(400, 'invalid_system', fault);
    await addSystem(this.tables.pool, this.tables.ledger, system);
  }

  @Delete(':system')
  @HttpCode(204)
  @Needs('systems:write')
  @ApiOperation({ summary: 'Demand nothing of a system any more', description: 'What it acknowledged stays.' })
  async remove(@Param('system') id: string): Promise<void> {
    if (!(await removeSystem(this.tables.pool, this.tables.ledger, id))) throw new ProblemError(404, 'system_unknown', 'no system is registered under this id');
  }
}
