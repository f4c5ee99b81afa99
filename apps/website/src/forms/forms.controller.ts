import { Body, Controller, Get, HttpException, Inject, NotFoundException, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Markup } from '#html';
import { networkOf } from '#networks';
import type { WebsiteConfig } from '../config/read-config.js';
import { demandOwnPage } from '../http/own-pages.js';
import type { SiteNotices } from '../notices/site-notices.js';
import { buildFrame, CONFIG, SITE_NOTICES } from '../pages/build-frame.js';
import { complaintPage } from '../pages/complaint-page.js';
import { contactPage } from '../pages/contact-page.js';
import { coursesPage } from '../pages/courses-page.js';
import { layout } from '../pages/layout.js';
import { thanksPage } from '../pages/thanks-page.js';
import { FormDesk, type Returned } from './form-desk.js';
import type { SiteForm } from './form.js';
import { FORMS } from './forms.js';
import type { Rates } from './rates.js';
import { readBody } from './read-body.js';
import { readForm, type ReadForm } from './read-form.js';

export const RATES = Symbol('rates');

const AROUND: Record<string, { title: string; description: string; page(form: Markup): Markup }> = {
  contact: { title: 'Kontakt', description: 'Skriv, ring eller besök oss.', page: contactPage },
  event: { title: 'Utbildningar', description: 'Kurser och webbinarier om koldioxid som köldmedium.', page: coursesPage },
  complaint: { title: 'Reklamation', description: 'Anmäl ett fel på något du har köpt.', page: complaintPage },
};

interface Answer {
  status: number;
  returned?: Returned;
  /** Seconds. */
  retryAfter?: number;
}

const minutes = (seconds: number): string => `${Math.ceil(seconds / 60)} minuter`;

/** The forms: GET shows one, POST takes it and leads on to a page that can be loaded again. Nothing here needs JavaScript. */
@Controller()
export class FormsController {
  constructor(
    @Inject(CONFIG) private readonly config: WebsiteConfig,
    @Inject(SITE_NOTICES) private readonly notices: SiteNotices,
    @Inject(RATES) private readonly rates: Rates,
    private readonly desk: FormDesk,
  ) {}

  @Get(FORMS.map(({ path }) => path))
  show(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
    this.answer(formAt(request), request, reply, { status: 200 });
  }

  @Get(FORMS.map(({ path }) => `${path}/tack`))
  thanks(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Query('ja') yes?: string): void {
    const form = formAt(request);
    const ticked = String(yes ?? '').split(',').filter((id) => form.choices.includes(id));
    const content = thanksPage(form, this.notices.purposes(form.context).filter(({ id }) => ticked.includes(id)), this.config.portalUrl);
    this.send(form, request, reply.status(200), content, form.thanks.title);
  }

  @Post(FORMS.map(({ path }) => path))
  async take(@Req() request: FastifyRequest, @Res() reply: FastifyReply, @Body() body: unknown): Promise<void> {
    demandOwnPage(request);
    if (this.rates.isFlood(request.ip)) throw new HttpException('too many forms', 429);
    const form = formAt(request);
    const sent = await readBody(body, request.headers['content-type']);
    if (!sent) throw new HttpException('this is no form', 400);
    const read = readForm(form, sent, new Date());
    const answer = await this.judge(form, read, request);
    if (answer) return this.answer(form, request, reply, answer);
    void reply.status(303).header('location', `${form.path}/tack${read.yes.length > 0 ? `?ja=${read.yes.join(',')}` : ''}`).send();
  }

  /** Why the form is given back; undefined once it stands safely. */
  private async judge(form: SiteForm, read: ReadForm, request: FastifyRequest): Promise<Answer | undefined> {
    if (Object.keys(read.faults).length > 0) return { status: 422, returned: { typed: read, faults: read.faults } };
    if (this.desk.isOutdated(form, read)) return { status: 422, returned: { typed: read, trouble: 'Texten om hur vi använder dina uppgifter har ändrats sedan du öppnade sidan. Läs den nya nedan och skicka igen: det du skrev står kvar.' } };
    const seconds = this.rates.secondsOver(request.ip);
    if (seconds !== undefined) return { status: 429, retryAfter: seconds, returned: { typed: read, trouble: `Det har kommit många formulär från ditt nätverk. Vänta ${minutes(seconds)} och skicka igen: det du skrev står kvar.` } };
    const agent = request.headers['user-agent'];
    if (await this.desk.take(form, read, { network: networkOf(request.ip), userAgent: agent })) return undefined;
    return { status: 503, retryAfter: 300, returned: { typed: read, trouble: 'Vi kan inte ta emot fler formulär just nu. Försök igen om en stund, eller ring: det du skrev står kvar.' } };
  }

  private answer(form: SiteForm, request: FastifyRequest, reply: FastifyReply, { status, returned, retryAfter }: Answer): void {
    const around = AROUND[form.id];
    if (!around) throw new NotFoundException();
    if (retryAfter !== undefined) void reply.header('retry-after', retryAfter);
    const wrong = Boolean(returned?.faults || returned?.trouble);
    this.send(form, request, reply.status(status), around.page(this.desk.section(form, returned)), wrong ? `Rätta: ${around.title}` : around.title);
  }

  private send(form: SiteForm, request: FastifyRequest, reply: FastifyReply, content: Markup, title: string): void {
    const gpc = request.headers['sec-gpc'];
    const frame = buildFrame(this.config, this.notices, typeof gpc === 'string' ? gpc : undefined);
    const page = { path: form.path, title: `${title} | Advansor`, description: AROUND[form.id]?.description ?? '', content, script: 'copy.js' };
    void reply.type('text/html; charset=utf-8').send(layout(frame, page).markup);
  }
}

function formAt({ url }: FastifyRequest): SiteForm {
  const path = (url.split('?')[0] ?? '').replace(/\/tack$|\/$/, '');
  const form = FORMS.find((one) => one.path === path);
  if (!form) throw new NotFoundException();
  return form;
}
