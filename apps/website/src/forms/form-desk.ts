import { Inject, Injectable } from '@nestjs/common';
import type { Catalogue } from '#catalogue';
import type { Markup } from '#html';
import type { WebsiteConfig } from '../config/read-config.js';
import type { SiteNotices } from '../notices/site-notices.js';
import { CONFIG, SITE_NOTICES } from '../pages/build-frame.js';
import { drawForm, formSection, type FormView } from '../pages/form-view.js';
import { howDone } from '../pages/how-done.js';
import { consentsRequest, curlOf, type ApiAddress } from './consents-request.js';
import type { Delivery } from './delivery.js';
import type { SiteForm } from './form.js';
import { makeSubmission, type Source } from './make-submission.js';
import type { ReadForm } from './read-form.js';

export const CATALOGUE = Symbol('catalogue');
export const DELIVERY = Symbol('delivery');

/** What a form came back with. */
export type Returned = Pick<FormView, 'typed' | 'faults' | 'trouble'>;

/** Draws the forms, with their notices in force, and takes what they send. */
@Injectable()
export class FormDesk {
  constructor(
    @Inject(CONFIG) private readonly config: WebsiteConfig,
    @Inject(SITE_NOTICES) private readonly notices: SiteNotices,
    @Inject(CATALOGUE) private readonly catalogue: Catalogue,
    @Inject(DELIVERY) private readonly delivery: Delivery,
  ) {}

  /** A form with its purposes and its own lines below it. */
  section(form: SiteForm, returned: Returned = {}): Markup {
    const view = { ...this.view(form), ...returned };
    return formSection(view, this.how(form, view));
  }

  /** The lines of an empty form, and the call that they lead to. */
  how(form: SiteForm, view: FormView = this.view(form)): Markup {
    return howDone(form.title, drawForm({ ...view, typed: undefined, faults: undefined }), this.exampleCall(form, view));
  }

  /** Whether what was ticked stands under a text that is not shown here any more: nobody says yes to one that he has not seen. */
  isOutdated(form: SiteForm, { yes, notice }: ReadForm): boolean {
    return yes.length > 0 && notice?.version !== this.notices.notice(form.context)?.version;
  }

  /** Whether it stands safely; false while the site can take no more. */
  async take(form: SiteForm, read: ReadForm, source: Source): Promise<boolean> {
    const { id, submission } = makeSubmission(this.catalogue, form, read, this.address(this.config.innerApiUrl), source, new Date());
    return this.delivery.take(id, submission);
  }

  private view(form: SiteForm): FormView {
    const { context } = form;
    return { form, notice: this.notices.notice(context), field: this.notices.field(context), purposes: this.notices.purposes(context), portalUrl: this.config.portalUrl, now: new Date(), id: crypto.randomUUID() };
  }

  private address(apiUrl: string): ApiAddress {
    return { apiUrl, siteKey: this.config.siteKey, origin: this.config.origin };
  }

  private exampleCall(form: SiteForm, { notice, now, id }: FormView): string {
    const shown = { version: notice?.version ?? '', snapshot: notice?.snapshot };
    const given = { email: 'anna@example.se', yes: form.choices, notice: shown, url: this.config.origin + form.path, occurredAt: now.toISOString() };
    return curlOf(consentsRequest(this.catalogue, form, given, this.address(this.config.apiUrl), id));
  }
}
