import { randomUUID } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readDraft } from './read-draft.js';

describe('what staff write', () => {
  test('is taken as it is, with the id of its form', () => {
    const id = randomUUID();
    expect(readDraft({ id, subject: ' Hej ', body: 'Text' })).toEqual({ id, subject: 'Hej', body: 'Text', wrong: [] });
  });

  test('is refused where it is missing, too long, or would break out of a mail header', () => {
    expect(readDraft({}).wrong).toEqual(['subject', 'body']);
    expect(readDraft({ subject: 'x'.repeat(201), body: 'Text' }).wrong).toEqual(['subject']);
    expect(readDraft({ subject: 'Hej\r\nBcc: anna@example.se', body: 'Text' }).wrong).toEqual(['subject']);
    expect(readDraft({ subject: 'Hej', body: 'x'.repeat(50_001) }).wrong).toEqual(['body']);
  });

  test('never makes the program fail, whatever is sent', () => {
    fc.assert(fc.property(fc.anything(), (body) => {
      expect(readDraft(body).id).toMatch(/^[0-9a-f-]{36}$/);
    }));
  });
});
