import { readFile } from 'node:fs/promises';
import { Controller, Get, Header, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiParam, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem.js';
import { EventContract } from './event-contract.js';

/** A published schema never changes. */
const FOR_EVER = 'public, max-age=31536000, immutable';
const ANY_PAGE = ['access-control-allow-origin', '*'] as const;

/** What Kafka carries, told to programs and people. Public: it names nobody. */
@ApiTags('events')
@Controller()
export class EventsController {
  constructor(private readonly contract: EventContract) {}

  @Get('schemas/:name/:version')
  @ApiOperation({ summary: 'The JSON Schema of an event type, as ce_dataschema names it', description: 'JSON Schema 2020-12, complete in itself. A version never changes, and fits all messages that were ever sent. Beside the types: event (the canonical bytes), state, ack, checkpoint, event-headers, state-headers, dead-letter-headers.' })
  @ApiProduces('application/schema+json')
  @ApiParam({ name: 'name', example: 'consent-granted' })
  @ApiParam({ name: 'version', example: '1' })
  schema(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    const schema = this.contract.schemaAt(request.url.split('?', 1)[0] ?? '');
    if (schema === undefined) throw new ProblemError(404, 'not_found', 'there is no such schema, or no such version of it');
    void reply.header('content-type', 'application/schema+json').header('cache-control', FOR_EVER).header(...ANY_PAGE).send(schema);
  }

  /** The same under the path of the ledger's own origin, where `ce_dataschema` leads: `consent.example.se/ledger` has `/ledger`. */
  @Get(':ledger/schemas/:name/:version')
  @ApiExcludeEndpoint()
  ofOrigin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.schema(request, reply);
  }

  @Get('asyncapi.json')
  @ApiOperation({ summary: 'The topics, as AsyncAPI 3.0 with Kafka bindings' })
  @ApiProduces('application/json')
  @Header('content-type', 'application/json; charset=utf-8')
  @Header('cache-control', 'no-cache')
  @Header(...ANY_PAGE)
  asyncApi(): string {
    return this.contract.asyncApi;
  }

  @Get('docs/events')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/html; charset=utf-8')
  @Header('cache-control', 'no-cache')
  page(): string {
    return this.contract.page;
  }

  @Get('docs/events.css')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'no-cache')
  styles(): Promise<string> {
    return readFile(new URL('../../public/events.css', import.meta.url), 'utf8');
  }
}
