import { BadRequestException, Body, Controller, Get, HttpException, Inject, Post, Query, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { localeOf, sessionOf } from '../http/visit.js';
import { ownTextsIn } from '../language/own/own-texts.js';
import { LedgerRefused, LedgerSilent } from '../ledger/ask-ledger.js';
import { layout } from '../pages/layout.js';
import { rightsPage, rightsView } from '../pages/rights-page.js';
import { PARTS, type PortalParts } from '../portal-parts.js';
import { countryIn, formIn, groundIn, keyIn, wordsIn } from './read-form.js';
import { readRights } from './read-rights.js';
import { answerWith, attempt, isSaid, personOf, signedIn, type Said } from './visitor.js';

const HTML = 'text/html; charset=utf-8';
/** The end of a restriction that the person himself asked for. */
const AT_REQUEST = 'person-asked';

/** A person's rights, as far as they are one press: a copy, restriction and its end, a complaint. */
@Controller('rights')
export class RightsController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  @Get()
  async page(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('said') said?: string): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const locale = localeOf(request);
    const texts = ownTextsIn(locale);
    const view = rightsView(await readRights(this.parts, session), this.parts.words, locale);
    const content = rightsPage(view, locale, isSaid(said) ? texts.said[said] : '');
    void reply.header('content-type', HTML).send(layout({ locale, title: texts.nav.rights, content, identity: session.identity, path: '/rights', live: true, at: 'rights' }).markup);
  }

  @Get('view')
  async part(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await sessionOf(request, this.parts);
    if (!session) return void reply.status(401).send();
    void reply.header('content-type', HTML).send(rightsView(await readRights(this.parts, session), this.parts.words, localeOf(request)).markup);
  }

  /** Everything that is held, as a file; the ledger records that it was asked for and given. */
  @Post('download')
  async download(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const key = demandKey(body);
    const locale = localeOf(request);
    const page = formIn(body) === 'page';
    try {
      const person = await personOf(this.parts, session);
      if (person === undefined) return void reply.redirect('/rights?said=refused', 303);
      const held = await this.parts.rights.download(person, page ? { form: 'page', language: locale } : { form: 'json' }, `${key}:${page ? 'page' : 'json'}`);
      const name = `${ownTextsIn(locale).download.fileName}-${new Date().toISOString().slice(0, 10)}.${page ? 'html' : 'json'}`;
      void reply.header('content-type', page ? HTML : 'application/json; charset=utf-8').header('content-disposition', `attachment; filename="${name}"`).send(held);
    } catch (error) {
      if (error instanceof LedgerSilent) throw new ServiceUnavailableException();
      if (error instanceof LedgerRefused) throw new HttpException(error.code, 409);
      throw error;
    }
  }

  @Post('restrict')
  async restrict(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const ground = groundIn(body);
    return this.act(body, request, reply, async (person, key) => {
      if (!ground) return 'wrong';
      await this.parts.rights.restrict(person, { ground: `eu-gdpr:A18-1-${ground}`, text: wordsIn(body) }, key);
      return 'restricted';
    });
  }

  @Post('lift')
  async lift(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    return this.act(body, request, reply, async (person, key) => {
      await this.parts.rights.restrict(person, { ground: AT_REQUEST, end: true }, key);
      return 'lifted';
    });
  }

  @Post('complaint')
  async complain(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    const text = wordsIn(body);
    return this.act(body, request, reply, async (person, key) => {
      if (text === undefined) return 'wrong';
      await this.parts.rights.complain(person, { text, country: countryIn(body) }, key);
      return 'complaint';
    });
  }

  private async act(body: unknown, request: FastifyRequest, reply: FastifyReply, what: (person: string, key: string) => Promise<Said>): Promise<void> {
    const session = await signedIn(this.parts, request, reply);
    if (!session) return;
    const key = demandKey(body);
    const said = await attempt(this.parts, session, (person) => what(person, key));
    answerWith(reply, request, session, said, '/rights');
  }
}

/** Every form of the portal carries one. */
export function demandKey(body: unknown): string {
  const key = keyIn(body);
  if (key === undefined) throw new BadRequestException();
  return key;
}
