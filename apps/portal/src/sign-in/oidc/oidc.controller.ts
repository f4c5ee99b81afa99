import { Controller, ForbiddenException, Get, Inject, NotFoundException, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { localeOf } from '../../http/visit.js';
import { fill } from '../../language/texts.js';
import { PARTS, type PortalParts } from '../../portal-parts.js';
import { wordsIn, type SignInWords } from '../language/words.js';
import { backToDoor, plainPage } from '../pages/plain-page.js';
import { showPage } from '../show-page.js';
import { sourceOf } from '../source.js';
import { enter, nameBrowser, readShort } from '../visitor.js';
import { BEGUN_MS } from './begun.js';
import { newSecrets, NotSignedIn, type Provider } from './provider.js';

type Problem = keyof SignInWords['problem'];
const STATUS: Record<Problem, number> = { cancelled: 403, down: 503, unnamed: 403, failed: 400, stale: 400, tooMany: 429 };

const queryOf = (request: FastifyRequest): string => request.url.split('?')[1] ?? '';

/** Whether a browser goes there itself. A page of another site that loads it, as a picture or in a frame, would use up what its visitor's network may begin. */
const isVisit = ({ 'sec-fetch-dest': dest = 'document' }: FastifyRequest['headers']): boolean => dest === 'document';

/** Sign-in by the provider: to it, and back. Whatever is not as it must be becomes a page that says so, and nobody is let in. */
@Controller('sign-in/oidc')
export class OidcController {
  constructor(@Inject(PARTS) private readonly parts: PortalParts) {}

  /** Changes nothing for anybody: it only keeps what this browser's answer will be checked by. */
  @Get()
  async begin(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    if (!isVisit(request.headers)) throw new ForbiddenException();
    await this.orProblem(request, reply, async (provider) => {
      const secrets = newSecrets();
      const beginning = { browser: nameBrowser(request, reply, this.parts), source: sourceOf(request.ip) };
      if (!(await this.parts.begun.keep(beginning, secrets))) return this.tellToWait(request, reply);
      void reply.redirect((await provider.begin(secrets)).href, 303);
    });
  }

  @Get('callback')
  async comeBack(@Req() request: FastifyRequest, @Res() reply: FastifyReply): Promise<void> {
    await this.orProblem(request, reply, async (provider) => {
      const query = queryOf(request);
      const state = new URLSearchParams(query).get('state') ?? '';
      const browser = readShort(request, this.parts, 'browser');
      const secrets = browser === undefined ? undefined : await this.parts.begun.take(browser, state);
      if (!secrets) return this.show(request, reply, 'stale');
      await enter(this.parts, request, reply, await provider.finish(query, secrets));
      void reply.redirect('/', 303);
    });
  }

  private async orProblem(request: FastifyRequest, reply: FastifyReply, act: (provider: Provider) => Promise<void>): Promise<void> {
    const { provider, log } = this.parts;
    if (!provider) throw new NotFoundException();
    try {
      await act(provider);
    } catch (error) {
      if (!(error instanceof NotSignedIn)) throw error;
      log.warn({ reason: error.reason, code: error.code }, 'nobody was signed in by the provider');
      this.show(request, reply, error.reason);
    }
  }

  private tellToWait(request: FastifyRequest, reply: FastifyReply): void {
    void reply.header('retry-after', String(BEGUN_MS / 1000));
    this.show(request, reply, 'tooMany');
  }

  private show(request: FastifyRequest, reply: FastifyReply, problem: Problem): void {
    const locale = localeOf(request);
    const words = wordsIn(locale);
    const { title, words: sentence } = words.problem[problem];
    const content = plainPage(title, fill(sentence, { name: this.parts.config.oidc?.name ?? '' }), backToDoor(words.again));
    showPage(reply, { locale, title, content, path: '/sign-in' }, STATUS[problem]);
  }
}
