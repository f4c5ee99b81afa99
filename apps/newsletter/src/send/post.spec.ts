import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailServer, type MailServer, type MailWord } from '#testing';
import type { NewsletterConfig } from '../config/read-config.js';
import { createPost, type Post } from './post.js';

const letter = { from: 'news@example.se', to: 'anna@example.se', subject: 'Nytt', text: 'Hej!' };
const outcomes: [what: string, at: MailWord, said: string, outcome: string][] = [
  ['a recipient that the server does not know', 'RCPT TO', '550 no such user', 'refused'],
  ['a text that the server does not take', 'text', '554 spam', 'refused'],
  ['a mailbox that puts it off', 'RCPT TO', '451 later', 'put-off'],
  ['a wrong password', 'AUTH', '535 who are you', 'again'],
  ['a sender that the server does not take', 'MAIL FROM', '553 not yours', 'again'],
  ['a server that hangs up at once', 'greeting', 'end', 'again'],
  ['a connection that broke before the text', 'DATA', 'end', 'put-off'],
  ['a connection that broke after the text', 'text', 'end', 'unclear'],
];

let server: MailServer;
let post: Post;
beforeEach(async () => {
  server = await startMailServer();
  post = createPost({ smtpUrl: server.url.replace('//', '//user:secret@') } as NewsletterConfig);
});
afterEach(async () => {
  post.close();
  await server.close();
});

describe('what became of a mail', () => {
  test.each(outcomes)('after %s is certain, or said to be unclear: nobody gets it twice, and no fault of ours leaves anybody out', async (_, at, said, outcome) => {
    server.answer = (word) => (word === at ? said : undefined);
    expect(await post.send('one', letter, () => true)).toBe(outcome);
    expect(await post.left('one')).toBe('unknown');
  });

  test('after a server that is down is certain', async () => {
    await server.close();
    expect(await post.send('one', letter, () => true)).toBe('again');
  });

  test('that may not be sent any more is that the server hears nothing of it', async () => {
    expect(await post.send('one', letter, () => false)).toBe('stopped');
    expect(server.taken).toEqual([]);
  });

  test('that the server took is known until it is noted', async () => {
    expect([await post.send('one', letter, () => true), await post.left('one')]).toEqual(['sent', true]);
    post.noted('one');
    expect(await post.left('one')).toBe('unknown');
  });
});
