import { parse } from 'node:url';

/** An answer as a browser would show it. */
export interface Shown {
  url: string;
  status: number;
  headers: Headers;
  body: string;
}

interface Ask {
  method?: 'GET' | 'POST';
  fields?: Record<string, string>;
  /** Where the page that asks comes from; by default the same origin. */
  origin?: string;
  /** Stops at a redirect to an address that begins so, and shows that answer. */
  until?: string;
  /** The network that the visit comes from, as a proxy says. */
  source?: string;
}

const REDIRECTS = [301, 302, 303, 307, 308];

/** A browser without a screen: it keeps cookies by host and port, follows redirects, and says where its forms come from. */
export class Visitor {
  constructor(private readonly agent = 'Mozilla/5.0') {}
  private readonly jars = new Map<string, Map<string, string>>();

  cookies(url: string): Map<string, string> {
    const host = new URL(url).host;
    if (!this.jars.has(host)) this.jars.set(host, new Map());
    return this.jars.get(host) as Map<string, string>;
  }

  private keep(url: string, headers: Headers): void {
    for (const line of headers.getSetCookie()) {
      const [pair = '', ...attributes] = line.split(';');
      const [name = '', ...value] = pair.split('=');
      const isGone = attributes.some((one) => /^\s*(max-age=0|expires=Thu, 01 Jan 1970)/i.test(one));
      if (isGone) this.cookies(url).delete(name);
      else this.cookies(url).set(name, value.join('='));
    }
  }

  private headers(url: string, { method, origin = '', source }: Ask): Record<string, string> {
    const cookie = [...this.cookies(url)].map((pair) => pair.join('=')).join('; ');
    return { cookie, 'user-agent': this.agent, ...(source && { 'x-forwarded-for': source }), ...(method === 'POST' && { origin, 'content-type': 'application/x-www-form-urlencoded' }) };
  }

  async open(url: string, { method = 'GET', fields, origin = new URL(url).origin, until, source }: Ask = {}): Promise<Shown> {
    const response = await fetch(url, { method, headers: this.headers(url, { method, origin, source }), body: fields && new URLSearchParams(fields).toString(), redirect: 'manual' });
    this.keep(url, response.headers);
    const shown = { url, status: response.status, headers: response.headers, body: await response.text() };
    const to = response.headers.get('location');
    if (!REDIRECTS.includes(response.status) || to === null) return shown;
    const next = new URL(to, url).href;
    return until !== undefined && next.startsWith(until) ? { ...shown, url: next } : this.open(next, { until, source });
  }

  /** Presses the button of the first form on a page that has these fields. */
  press(page: Shown, fields: Record<string, string>, until?: string): Promise<Shown> {
    const form = /<form[^>]*action="([^"]+)"[^>]*>([\s\S]*?)<\/form>/.exec(page.body.split('<main')[1] ?? page.body);
    if (!form) throw new Error(`there is no form on ${page.url}: ${page.body.slice(0, 400)}`);
    const hidden = [...(form[2] ?? '').matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)].map(([, name = '', value = '']) => [name, value]);
    return this.open(new URL(form[1] ?? '', page.url).href, { method: 'POST', fields: { ...Object.fromEntries(hidden), ...fields }, until });
  }
}

export const pathOf = (url: string): string => parse(url).path ?? '';
