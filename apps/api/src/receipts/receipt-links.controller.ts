import { Body, Controller, Headers, HttpCode, Param, Post } from '@nestjs/common';
import { ApiOperation, ApiProperty, ApiTags } from '@nestjs/swagger';
import { IsUUID } from 'class-validator';
import type { ApiKey } from '#access';
import { RECEIPT_DAYS, Tokens } from '#vault';
import { Key, Needs } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { PublicUrl } from '../people/address-book.js';
import { personId } from '../people/people.controller.js';
import { History } from '../proof/history.js';
import { readingOf, TakesReason } from '../proof/reading.js';
import { ReceiptTables } from './read-receipt.js';

const DAY_MS = 24 * 60 * 60 * 1000;

class ReceiptLinkBody {
  @ApiProperty({ format: 'uuid', description: 'an event of this person, as the answer to the change and Kafka name it' })
  @IsUUID()
  event: string;
}

interface ReceiptLink {
  receipt: string;
  /** Opens the receipt, without a key, until `expiresAt`. */
  url: string;
  expiresAt: string;
}

/** How a system in which people are signed in hands them their receipts. */
@ApiTags('receipts')
@Controller('v1/people')
export class ReceiptLinksController {
  constructor(
    private readonly tables: ReceiptTables,
    private readonly tokens: Tokens,
    private readonly history: History,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Post(':person/receipts')
  @HttpCode(200)
  @Needs('people:read')
  @TakesReason('why it is asked for')
  @ApiOperation({ summary: 'A link to the receipt of one decision, for the person', description: 'It opens this receipt and nothing else for thirty days. Leaves a trace.' })
  async link(@Param('person', personId()) id: string, @Body() body: ReceiptLinkBody, @Key() key: ApiKey, @Headers('samtycke-reason') reason?: string): Promise<ReceiptLink> {
    const person = id.toLowerCase();
    const by = readingOf(key, reason);
    const receipt = await this.tables.idOf(person, body.event.toLowerCase());
    if (receipt === undefined) throw new ProblemError(404, 'receipt_unknown', 'this person has no such event');
    await this.history.trace(person, 'receipt', by);
    const url = `${this.publicUrl.url}/v1/receipts/${receipt}?token=${await this.tokens.receipt(receipt)}`;
    return { receipt, url, expiresAt: new Date(Date.now() + RECEIPT_DAYS * DAY_MS).toISOString() };
  }
}
