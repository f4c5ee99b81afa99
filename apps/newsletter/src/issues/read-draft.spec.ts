import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDraft } from './read-draft.js';

const TOPICS = ['products', 'training'];

describe('what staff write', () => {
  test('is taken as it is, with the id of its form', () => {
    const id = randomUUID();
    expect(readDraft({ id, subject: ' Hej ', body: 'Text' }, TOPICS)).toEqual({ id, subject: 'Hej', body: 'Text', topic: null, language: null, wrong: [] });
    expect(readDraft({ id, subject: 'Hej', body: 'Text', topic: 'training', language: 'da' }, TOPICS)).toMatchObject({ topic: 'training', language: 'da', wrong: [] });
  });

  test('is refused where it is missing, too long, or would break out of a mail header', () => {
    expect(readDraft({}, TOPICS).wrong).toEqual(['subject', 'body']);
    expect(readDraft({ subject: 'x'.repeat(201), body: 'Text' }, TOPICS).wrong).toEqual(['subject']);
    expect(readDraft({ subject: 'Hej\r\nBcc: anna@example.se', body: 'Text' }, TOPICS).wrong).toEqual(['subject']);
    expect(readDraft({ subject: 'Hej', body: 'x'.repeat(50_001) }, TOPICS).wrong).toEqual(['body']);
  });

  test('is refused where it is about a topic or in a language that nobody can wish for', () => {
    expect(readDraft({ subject: 'Hej', body: 'Text', topic: 'offers', language: 'fi' }, TOPICS).wrong).toEqual(['topic', 'language']);
  });

  test('never makes the program fail, whatever is sent', () => {
    fc.assert(fc.property(fc.anything(), (body) => {
      expect(readDraft(body, TOPICS).id).toMatch(/^[0-9a-f-]{36}$/);
    }));
  });
});
