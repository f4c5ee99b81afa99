import { Controller, Get, Header, Headers, Inject, NotFoundException, Param } from '@nestjs/common';
import type { WebsiteConfig } from '../config/read-config.js';
import { FormDesk } from '../forms/form-desk.js';
import { FORMS } from '../forms/forms.js';
import type { SiteNotices } from '../notices/site-notices.js';
import { aboutPage } from './about-page.js';
import { buildFrame, CONFIG, SITE_NOTICES } from './build-frame.js';
import { developerPage } from './developer-page.js';
import type { PageFrame } from './frame.js';
import { layout, type Page } from './layout.js';
import { purposeList } from './form-view.js';
import { noticePage, noticesPage } from './notice-page.js';
import { portalLink, portalPage } from './portal-page.js';
import { productsPage } from './products-page.js';
import { startPage } from './start-page.js';

const HTML = 'text/html; charset=utf-8';

/** The pages. Each is built for the visit: it carries the notice versions that it shows, and is never cached. */
@Controller()
export class PagesController {
  constructor(
    @Inject(CONFIG) private readonly config: WebsiteConfig,
    @Inject(SITE_NOTICES) private readonly notices: SiteNotices,
    private readonly desk: FormDesk,
  ) {}

  @Get()
  @Header('content-type', HTML)
  start(@Headers('sec-gpc') gpc?: string): string {
    return this.page(gpc, { path: '/', title: 'Advansor: kyla som värmer', description: 'Kylsystem och värmepumpar med koldioxid: samma energi gör nytta två gånger.', content: startPage, script: 'heat.js' });
  }

  @Get('produkter')
  @Header('content-type', HTML)
  products(@Headers('sec-gpc') gpc?: string): string {
    return this.page(gpc, { path: '/produkter', title: 'Produkter | Advansor', description: 'Butikskyla, industrikyla och värmepumpar med koldioxid.', content: productsPage });
  }

  @Get('om-oss')
  @Header('content-type', HTML)
  about(@Headers('sec-gpc') gpc?: string): string {
    return this.page(gpc, { path: '/om-oss', title: 'Om oss | Advansor', description: 'Vi bygger anläggningar som flyttar värme dit den behövs.', content: aboutPage });
  }

  @Get('kundportalen')
  @Header('content-type', HTML)
  portal(@Headers('sec-gpc') gpc?: string): string {
    const { portalUrl } = this.config;
    const purposes = purposeList({ purposes: this.notices.purposes('portal-login'), portalUrl });
    return this.page(gpc, { path: '/kundportalen', title: 'Kundportalen | Advansor', description: 'Se och ändra vad dina uppgifter används till.', content: portalPage(portalLink(portalUrl, this.notices.field('portal-login')), purposes) });
  }

  @Get('information')
  @Header('content-type', HTML)
  information(@Headers('sec-gpc') gpc?: string): string {
    const content = noticesPage(this.notices.contexts().filter(({ id }) => this.notices.notice(id)));
    return this.page(gpc, { path: '/information', title: 'Så använder vi uppgifter | Advansor', description: 'Vad vi gör med uppgifter, och hur du säger nej.', content });
  }

  @Get('information/:id')
  @Header('content-type', HTML)
  notice(@Param('id') id: string, @Headers('sec-gpc') gpc?: string): string {
    const notice = this.notices.notice(id);
    if (!notice) throw new NotFoundException();
    return this.page(gpc, { path: '/information', title: `${notice.title} | Advansor`, description: this.notices.field(id) || notice.title, content: noticePage(notice) });
  }

  @Get('utvecklare')
  @Header('content-type', HTML)
  developers(@Headers('sec-gpc') gpc?: string): string {
    return this.page(gpc, { path: '/utvecklare', title: 'För utvecklare | Advansor', description: 'Så talar den här sajten med samtyckesliggaren.', content: developerPage(this.frame(gpc), FORMS.map((form) => ({ form, how: this.desk.how(form) })), portalLink(this.config.portalUrl, this.notices.field('portal-login'))), script: 'developer.js' });
  }

  private page(gpc: string | undefined, page: Page): string {
    return layout(this.frame(gpc), page).markup;
  }

  private frame(gpc: string | undefined): PageFrame {
    return buildFrame(this.config, this.notices, gpc);
  }
}
