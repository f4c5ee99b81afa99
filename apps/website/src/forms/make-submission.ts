import { createHash } from 'node:crypto';
import type { Catalogue } from '#catalogue';
import { consentsRequest, type ApiAddress } from './consents-request.js';
import type { Submission } from './delivery.js';
import type { Field, SiteForm } from './form.js';
import type { ReadForm } from './read-form.js';

/** Where a form came from. */
export interface Source {
  /** The visitor's network. */
  network?: string;
  userAgent?: string;
}

const lineOf = (field: Field, read: ReadForm): string[] => {
  const value = read.values[field.name];
  if (!value) return [];
  return [field.kind === 'long' ? `${field.label}\n${value}` : `${field.label}: ${value}`];
};

function textOf(form: SiteForm, read: ReadForm): string {
  const files = read.files.length > 0 ? [`Bifogat: ${read.files.length}. Personen har bekräftat att filerna får lämnas ut.`] : [];
  const yes = read.yes.length > 0 ? [`Kryssade ja till: ${read.yes.join(', ')}. Liggaren svarar på vad som gäller.`] : [];
  return [...form.fields.flatMap((field) => lineOf(field, read)), ...files, ...yes].join('\n\n');
}

const sourceHeaders = ({ network, userAgent }: Source): Record<string, string> => ({
  ...(network && { 'x-forwarded-for': network }),
  ...(userAgent && { 'user-agent': userAgent.slice(0, 512).replace(/[^\x20-\x7e]/g, '?') }),
});

/** Of a form that was read without fault: the mail to the company, and the call for what was ticked. Equal forms of one page get one id. */
export function makeSubmission(catalogue: Catalogue, form: SiteForm, read: ReadForm, address: ApiAddress, source: Source, now: Date): { id: string; submission: Submission } {
  const { values, yes, notice, files } = read;
  const content = createHash('sha256').update(JSON.stringify([read.id, form.id, values, yes]));
  for (const { bytes } of files) content.update(bytes);
  const id = content.digest('hex').slice(0, 32);
  const at = now.toISOString();
  const request = yes.length > 0 && notice ? consentsRequest(catalogue, form, { email: values.email ?? '', yes, notice, url: address.origin + form.path, occurredAt: at }, address, id) : undefined;
  const mail = {
    id,
    subject: form.subject,
    text: textOf(form, read),
    replyTo: { name: values.name ?? '', address: values.email ?? '' },
    attachments: files.map(({ name, type, bytes }) => ({ filename: name, contentType: type, base64: bytes.toString('base64') })),
  };
  return { id, submission: { form: form.id, at, mail, consents: request && { ...request, headers: { ...request.headers, ...sourceHeaders(source) } } } };
}
