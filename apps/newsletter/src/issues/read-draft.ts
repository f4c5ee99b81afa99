import { randomUUID } from 'node:crypto';
import type { Draft } from '../pages/home.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const textIn = (body: unknown, name: string): string => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value.normalize('NFC') : '';
};

/** What must not stand in a mail header. */
const CONTROL = /[\u0000-\u001f\u007f]/;

/** Reads what was sent by the form or as JSON. The id makes the same form, sent twice, one issue. */
export function readDraft(body: unknown): Draft & { id: string } {
  const subject = textIn(body, 'subject').trim();
  const text = textIn(body, 'body').replaceAll('\u0000', '').trim();
  const given = textIn(body, 'id');
  const wrong: Draft['wrong'] = [];
  if (subject === '' || subject.length > 200 || CONTROL.test(subject)) wrong.push('subject');
  if (text === '' || text.length > 50_000) wrong.push('body');
  return { id: UUID.test(given) ? given : randomUUID(), subject, body: text, wrong };
}
