import { Controller, Get, Header, Headers, Inject, NotFoundException, Param } from '@nestjs/common';
import type { WebsiteConfig } from '../config/read-config.js';
import type { SiteNotices } from '../notices/site-notices.js';
import { aboutPage } from './about-page.js';
import { buildFrame, CONFIG, SITE_NOTICES } from './build-frame.js';
import { contactPage } from './contact-page.js';
import { developerPage } from './developer-page.js';
import { layout, type Page } from './layout.js';
import { noticePage, noticesPage } from './notice-page.js';
import { productsPage } from './products-page.js';
import { startPage } from './start-page.js';

const HTML = 'text/html; charset=utf-8';

/** The pages. Each is built for the visit: it carries the notice versions that it shows, and is never cached. */
@Controller()
export class PagesController {
  constructor(
    @Inject(CONFIG) private readonly config: WebsiteConfig,
    @Inject(SITE_NOTICES) private readonly notices: SiteNotices,
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

  @Get('kontakt')
  @Header('content-type', HTML)
  contact(@Headers('sec-gpc') gpc?: string): string {
    return this.page(gpc, { path: '/kontakt', title: 'Kontakt | Advansor', description: 'Telefon, e-post och adress.', content: contactPage(this.notices.field('contact')) });
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
    return this.page(gpc, { path: '/utvecklare', title: 'För utvecklare | Advansor', description: 'Så talar den här sajten med samtyckesliggaren.', content: developerPage(this.config), script: 'developer.js' });
  }

  private page(gpc: string | undefined, page: Page): string {
    return layout(buildFrame(this.config, this.notices, gpc), page).markup;
  }
}
