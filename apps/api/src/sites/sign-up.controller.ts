import { Body, Controller, Get, Headers, Param, Post, Query, Req, Res } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ApiKey } from '#access';
import { wishesIn } from '#languages';
import { Refusal } from '#ledger';
import { CurrentCatalogue } from '../catalogue/catalogue-in-force.js';
import { inEqualTime, refuseImpossible } from '../consents/same-answer.js';
import { ChangeReader } from '../consents/read-change.js';
import { TypedChanges } from '../consents/typed-change.js';
import { ProblemError } from '../http/problem.js';
import { networkOf, sourceEvidence } from '../http/source.js';
import { renderPage } from '../links/page.js';
import { PublicUrl } from '../people/address-book.js';
import { SiteConfigs, type SiteForm } from './site-config.js';
import { SiteKeys } from './site-keys.js';
import { elsewherePage, signUpPage } from './sign-up-page.js';

/** A form's fields, whatever was sent. */
interface Fields {
  email: string;
  version: string;
  snapshot: string;
}

function fieldsOf(body: unknown): Fields & { lang: string } {
  const fields = new URLSearchParams(typeof body === 'string' ? body : '');
  const field = (name: string, most: number): string => (fields.get(name) ?? '').slice(0, most);
  return { email: field('email', 254).trim(), version: field('version', 32), snapshot: field('snapshot', 1024), lang: field('lang', 35) };
}

/** A browser that shows what comes back; a program is told by a code. */
const wantsPage = ({ headers }: FastifyRequest): boolean => headers.accept?.includes('text/html') ?? false;

const languages = (lang: string | undefined, header: string | undefined): string[] => [...(lang ? [lang] : []), ...wishesIn(header)];

/**
 * Signing up without JavaScript. GET shows the form with its notice. POST from the site's own page shows it too, with what was typed
 * there; only the form that was shown, with the token of its text, asks for the confirmation mail.
 */
@ApiTags('sites')
@Controller('s/:key/:purpose')
export class SignUpController {
  constructor(
    private readonly keys: SiteKeys,
    private readonly configs: SiteConfigs,
    private readonly catalogue: CurrentCatalogue,
    private readonly changes: ChangeReader,
    private readonly typed: TypedChanges,
    private readonly publicUrl: PublicUrl,
  ) {}

  @Get()
  @ApiOperation({ summary: 'The sign-up form of a site as a page, for browsers without JavaScript', description: 'Changes nothing, whoever fetches it.' })
  async show(
    @Param('key') secret: string,
    @Param('purpose') purpose: string,
    @Res() reply: FastifyReply,
    @Query('lang') lang?: string,
    @Headers('accept-language') language?: string,
  ): Promise<void> {
    const key = await this.keys.of(secret);
    const form = await this.form(key, purpose, languages(String(lang ?? ''), language));
    page(reply, 200, signUpPage({ form, email: '', body: this.text(form) }));
  }

  @Post()
  @ApiOperation({ summary: 'Sign up by a plain form', description: 'Asks for the confirmation mail when the fields of the shown form come with it; else shows that form. The same answer for every address.' })
  async take(
    @Param('key') secret: string,
    @Param('purpose') purpose: string,
    @Body() body: unknown,
    @Req() http: FastifyRequest,
    @Res() reply: FastifyReply,
  ): Promise<void> {
    const origin = this.originOf(http);
    const key = await this.keys.of(secret, wantsPage(http) ? undefined : origin);
    const { lang, ...fields } = fieldsOf(body);
    const form = await this.form(key, purpose, languages(lang, http.headers['accept-language']));
    if (origin !== undefined && !key.origins.has(origin)) return page(reply, 403, elsewherePage(form));
    const { email, snapshot } = fields;
    if (snapshot === '') return page(reply, 200, signUpPage({ form, email, body: this.text(form) }));
    const fault = email === '' ? form.words.missing : await this.ask(key, form, fields, http);
    if (fault) return page(reply, 400, signUpPage({ form, email, body: this.text(form), fault }));
    page(reply, 200, renderPage({ locale: form.locale, tone: 'done', title: form.purpose.title, text: form.words.sent }));
  }

  private async form(key: ApiKey, purpose: string, wanted: string[]): Promise<SiteForm> {
    const form = await this.configs.form(key, purpose, wanted);
    if (!form) throw new ProblemError(403, 'purpose_not_allowed', 'this site key is bound to other purposes', { purpose: purpose.slice(0, 63) });
    return form;
  }

  private text({ purpose, notice, locale }: SiteForm): string {
    return this.catalogue.notice(purpose.notice, notice.version, locale)?.body ?? '';
  }

  /** Our own page may post; any other page only from an origin of the key. A browser hides neither. */
  private originOf({ headers }: FastifyRequest): string | undefined {
    const own = headers['sec-fetch-site'] === 'same-origin' || headers.origin === new URL(this.publicUrl.url).origin;
    return own ? undefined : (headers.origin ?? '');
  }

  /** What went wrong, in words for the field; undefined when the mail is on its way, or would be. */
  private async ask(key: ApiKey, { locale, purpose, words }: SiteForm, { email, version, snapshot }: Fields, http: FastifyRequest): Promise<string | undefined> {
    const body = {
      subject: { email },
      decisions: [{ purpose: purpose.id, decision: 'grant' as const }],
      notice: { id: purpose.notice, version, locale, snapshot },
      capture: { context: purpose.notice, method: 'form', point: 'plain-form' },
    };
    try {
      const change = await this.changes.read(body, key, sourceEvidence(http));
      refuseImpossible(change);
      await inEqualTime(this.typed.take(change, networkOf(http.ip) ?? 'unknown'));
      return undefined;
    } catch (error) {
      const code = codeOf(error);
      if (code === undefined) throw error;
      if (code === 'notice_unknown') return words.changed;
      return code === 'invalid_identifier' ? words.missing : words.rejected;
    }
  }
}

/** Of what was refused; a fault has none. */
function codeOf(error: unknown): string | undefined {
  if (error instanceof Refusal) return error.code;
  return error instanceof ProblemError && error.problem.status < 500 ? error.problem.code : undefined;
}

function page(reply: FastifyReply, status: number, markup: string): void {
  void reply.status(status).header('cache-control', 'no-store').type('text/html; charset=utf-8').send(markup);
}
