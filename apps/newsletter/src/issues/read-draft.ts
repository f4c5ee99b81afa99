import { randomUUID } from 'node:crypto';
import type { Draft } from '../pages/home.js';
import { isLocale } from '../send/farewell.js';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

const textIn = (body: unknown, name: string): string => {
  const value = typeof body === 'object' && body !== null ? (body as Record<string, unknown>)[name] : undefined;
  return typeof value === 'string' ? value.normalize('NFC') : '';
};

/** What must not stand in a mail header. */
const CONTROL = /[\u0000-\u001f\u007f]/;

function wrongIn({ subject, body, topic, language }: Omit<Draft, 'wrong'>, topics: readonly string[]): Draft['wrong'] {
  const sound = {
    subject: subject !== '' && subject.length <= 200 && !CONTROL.test(subject),
    body: body !== '' && body.length <= 50_000,
    topic: topic === null || topics.includes(topic),
    language: language === null || isLocale(language),
  };
  return (Object.keys(sound) as (keyof typeof sound)[]).filter((name) => !sound[name]);
}

/** Reads what was sent by the form or as JSON; `topics` can be chosen from. The id makes the same form, sent twice, one issue. */
export function readDraft(body: unknown, topics: readonly string[]): Draft & { id: string } {
  const given = textIn(body, 'id');
  const written = {
    subject: textIn(body, 'subject').trim(),
    body: textIn(body, 'body').replaceAll('\u0000', '').trim(),
    topic: textIn(body, 'topic') || null,
    language: textIn(body, 'language') || null,
  };
  return { id: UUID.test(given) ? given : randomUUID(), ...written, wrong: wrongIn(written, topics) };
}
