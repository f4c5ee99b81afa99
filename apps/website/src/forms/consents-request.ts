import type { Catalogue } from '#catalogue';
import type { SiteForm } from './form.js';
import type { ShownNotice } from './read-form.js';

/** Somebody's yes beside a form, and where it was given. */
export interface Given {
  email: string;
  yes: string[];
  notice: ShownNotice;
  /** The page of the form. */
  url: string;
  occurredAt: string;
}

export interface ApiRequest {
  url: string;
  headers: Record<string, string>;
  body: string;
}

export interface ApiAddress {
  apiUrl: string;
  siteKey: string;
  /** The site's own origin, to which its key is bound. */
  origin: string;
}

const channelsOf = (catalogue: Catalogue, id: string): string[] | undefined => catalogue.purposes.find((purpose) => purpose.id === id)?.channels;

/**
 * The call that records what was ticked beside a form, under the notice that stood at it. The site key says only that somebody
 * typed this address here: where a purpose asks for a confirmed mail, the ledger sends one.
 */
export function consentsRequest(catalogue: Catalogue, form: SiteForm, given: Given, { apiUrl, siteKey, origin }: ApiAddress, idempotencyKey: string): ApiRequest {
  const body = {
    subject: { email: given.email },
    decisions: given.yes.map((purpose) => ({ purpose, decision: 'grant', channels: channelsOf(catalogue, purpose) })),
    notice: { id: form.context, version: given.notice.version, locale: 'sv', snapshot: given.notice.snapshot },
    capture: { context: form.context, method: 'form', point: form.point, url: given.url },
    occurredAt: given.occurredAt,
  };
  return {
    url: `${apiUrl}/v1/consents`,
    headers: { authorization: `Bearer ${siteKey}`, origin, 'idempotency-key': idempotencyKey, 'content-type': 'application/json' },
    body: JSON.stringify(body, undefined, 2),
  };
}

const quoted = (text: string): string => `'${text.replaceAll("'", "'\\''")}'`;

/** The same call for a command line. */
export const curlOf = ({ url, headers, body }: ApiRequest): string =>
  [`curl ${quoted(url)}`, ...Object.entries(headers).map(([name, value]) => `-H ${quoted(`${name}: ${value}`)}`), `-d ${quoted(body)}`].join(' \\\n  ');
