import { readFile } from 'node:fs/promises';
import { Controller, Get, Header, Headers, Param, Query, Req, Res } from '@nestjs/common';
import { ApiExcludeEndpoint, ApiOperation, ApiProduces, ApiPropertyOptional, ApiTags } from '@nestjs/swagger';
import { IsIn, IsOptional, IsString, IsUUID, MaxLength } from 'class-validator';
import type { FastifyReply } from 'fastify';
import type { ApiKey } from '#access';
import { isLocale, localeOf, type Locale } from '#languages';
import { Tokens } from '#vault';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { hasToken, Key, Needs, OrToken, type Authorised } from '../http/access.js';
import { ProblemError } from '../http/problem.js';
import { PublicUrl } from '../people/address-book.js';
import { History } from '../proof/history.js';
import { readingOf, TakesReason } from '../proof/reading.js';
import { ReceiptTables, type ReceiptEvent } from './read-receipt.js';
import { receiptDocument, type ReceiptCatalogue } from './receipt-document.js';
import { renderReceipt } from './receipt-page.js';
import { ReceiptSigner } from './receipt-signer.js';

type Form = 'html' | 'jose' | 'json';

class ReceiptQuery {
  @ApiPropertyOptional({ description: "the person's own token, as links carry it: instead of a key" })
  @IsOptional() @IsString() @MaxLength(600)
  token?: string;

  @ApiPropertyOptional({ enum: ['sv', 'da', 'en'], description: 'language of the page; without it that of the text that was shown' })
  @IsOptional() @IsIn(['sv', 'da', 'en'])
  locale?: Locale;

  @ApiPropertyOptional({ enum: ['html', 'jose', 'json'], description: 'instead of `Accept`' })
  @IsOptional() @IsIn(['html', 'jose', 'json'])
  format?: Form;

  @ApiPropertyOptional({ format: 'uuid', description: 'only for receipts whose id is a UUID' })
  @IsOptional() @IsUUID()
  person?: string;
}

function formOf(accept: string | undefined): Form {
  if (accept?.includes('application/jose')) return 'jose';
  return accept?.includes('text/html') ? 'html' : 'json';
}

/** What the person is given: what he answered, under which text, tied to its line of the log. */
@ApiTags('receipts')
@Controller()
export class ReceiptsController {
  constructor(
    private readonly tables: ReceiptTables,
    private readonly signer: ReceiptSigner,
    private readonly catalogue: CurrentCatalogue,
    private readonly tokens: Tokens,
    private readonly history: History,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Get('v1/receipts/:id')
  @Needs('audit:read')
  @OrToken()
  @ApiProduces('application/ld+json', 'application/jose', 'text/html')
  @TakesReason('why it is read, by a key')
  @ApiOperation({
    summary: 'The receipt of a call to POST /v1/consents',
    description:
      'ISO/IEC TS 27560 as JSON-LD with DPV, with `jws`: the document signed by the log’s key (EdDSA; /.well-known/jwks.json). `Accept: application/jose` gives the JWS alone, `text/html` a page to print in sv, da or en. With the person’s token, or `audit:read` (leaves a trace).',
  })
  async read(@Param('id') id: string, @Query() query: ReceiptQuery, @Req() request: Authorised, @Res() reply: FastifyReply, @Key() key?: ApiKey, @Headers() headers: Record<string, string | undefined> = {}): Promise<void> {
    if (hasToken(request) && !(await this.tokens.opensReceipt(query.token ?? '', id))) throw new ProblemError(401, 'token_invalid', 'this link is not ours, not for this receipt, or has expired');
    const by = key && readingOf(key, headers['samtycke-reason']);
    const { people, events } = await this.tables.read(id, query.person?.toLowerCase());
    if (by) for (const person of people) await this.history.trace(person, 'receipt', by);
    void reply.header('cache-control', 'private, no-store').header('vary', 'Accept, Accept-Language');
    await this.send(reply, { id, people, events }, { ...query, format: query.format ?? formOf(headers.accept) }, headers['accept-language']);
  }

  private async send(reply: FastifyReply, { id, people, events }: { id: string; people: string[]; events: ReceiptEvent[] }, query: ReceiptQuery, language: string | undefined): Promise<void> {
    const catalogue = ((await this.tables.catalogueOf(events)) ?? {}) as ReceiptCatalogue;
    const document = receiptDocument(events, { id, people, ledger: events[0]?.event.ledger ?? '', publicUrl: this.publicUrl.url, catalogue });
    const jws = await this.signer.sign(document);
    if (query.format === 'jose') void reply.type('application/jose').send(jws);
    else if (query.format === 'json') void reply.type('application/ld+json').send(JSON.stringify({ ...document, jws }));
    else void reply.type('text/html; charset=utf-8').send(renderReceipt({ locale: localeFor(query, events, language), events, catalogue, contact: this.contactOf(events), file: fileOf(id, query), jws }));
  }

  /** Where the controller answers today, whatever he was called then. */
  private contactOf([first]: ReceiptEvent[]): string {
    const { controllers } = this.catalogue.get().document as ReceiptCatalogue;
    return controllers?.find(({ id }) => id === first?.event.controller)?.email ?? '';
  }

  @Get('.well-known/jwks.json')
  @Header('cache-control', 'public, max-age=3600')
  @Header('access-control-allow-origin', '*')
  @ApiOperation({ summary: 'The public keys of receipts (JWK set): the log’s own, the one in use first, then those before it' })
  keys(): Promise<unknown> {
    return this.signer.publicKeys();
  }

  @Get('receipt.css')
  @ApiExcludeEndpoint()
  @Header('content-type', 'text/css; charset=utf-8')
  @Header('cache-control', 'public, max-age=3600')
  styles(): Promise<string> {
    return readFile(new URL('../../public/receipt.css', import.meta.url), 'utf8');
  }
}

const fileOf = (id: string, { token }: ReceiptQuery): string => `/v1/receipts/${id}?format=json${token ? `&token=${token}` : ''}`;

function localeFor({ locale }: ReceiptQuery, events: ReceiptEvent[], language: string | undefined): Locale {
  const shown = events[0]?.event.notice?.locale;
  return locale ?? (isLocale(shown) ? shown : localeOf(language));
}
