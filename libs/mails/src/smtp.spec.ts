import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { startMailServer, type MailServer, type MailWord } from '#testing';
import { failureOf, isRefused, smtp, type Failure, type Smtp } from './smtp.js';

let server: MailServer;
const open: Smtp[] = [];
beforeEach(async () => {
  server = await startMailServer();
});
afterEach(async () => {
  for (const one of open.splice(0)) one.close();
  await server.close();
});

const message = { from: 'ledger@example.se', to: 'anna@example.se', subject: 'Hej', text: 'Hej!' };
const connect = (connections?: number): Smtp => {
  const made = smtp(server.url.replace('//', '//user:secret@'), { connections });
  open.push(made);
  return made;
};
const failing = (sent: Promise<void>): Promise<unknown> => sent.then(() => undefined, (error: unknown) => error);
const saying = (at: MailWord, said: string): void => {
  server.answer = (word) => (word === at ? said : undefined);
};

const outcomes: [what: string, at: MailWord, said: string, failure: Failure][] = [
  ['a recipient that the server does not know', 'RCPT TO', '550 no such user', 'refused'],
  ['a text that the server does not take', 'text', '554 spam', 'refused'],
  ['a mailbox that is full', 'RCPT TO', '452 full', 'put-off'],
  ['a recipient who is greylisted', 'RCPT TO', '450 later', 'put-off'],
  ['a server that closes at a recipient', 'RCPT TO', '421 later', 'put-off'],
  ['a text that cannot be stored now', 'text', '451 later', 'put-off'],
  ['a connection that broke at a recipient', 'RCPT TO', 'end', 'put-off'],
  ['a connection that broke before the text', 'DATA', 'end', 'put-off'],
  ['a connection that broke after the text', 'text', 'end', 'unclear'],
  ['a wrong password', 'AUTH', '535 who are you', 'away'],
  ['a password that is missing', 'AUTH', '530 who are you', 'away'],
  ['a sender that the server does not take', 'MAIL FROM', '553 not yours', 'away'],
  ['a sender that is not known', 'MAIL FROM', '550 not yours', 'away'],
  ['a server without space', 'MAIL FROM', '452 later', 'away'],
  ['a server that greets nobody', 'greeting', '554 go away', 'away'],
  ['a server that hangs up at once', 'greeting', 'end', 'away'],
  ['a connection that broke at the password', 'AUTH', 'end', 'away'],
];

describe.each([['over a connection of its own', undefined], ['over a kept connection', 2]])('what became of a mail %s', (_, connections) => {
  test.each(outcomes)('after %s is certain, or said to be unclear: nobody gets it twice, and no fault of ours gives up a mail', async (_what, at, said, failure) => {
    saying(at, said);
    const error = await failing(connect(connections).send(message));
    expect([failureOf(error), isRefused(error), server.taken]).toEqual([failure, failure === 'refused', []]);
  });

  test('that a server took is that it left', async () => {
    await connect(connections).send(message);
    expect(server.taken).toEqual(['anna@example.se']);
  });

  test('that is not wanted any more when its turn comes is that the server hears nothing of it; the next one leaves', async () => {
    const heard: MailWord[] = [];
    server.answer = (word) => void heard.push(word);
    const post = connect(connections);
    let asked = 0;
    const error = await failing(post.send(message, () => (asked += 1) > 1));
    expect([failureOf(error), asked]).toEqual(['stopped', 1]);
    expect(heard).toEqual(['greeting', 'EHLO', 'AUTH']);
    await post.send(message, () => true);
    expect(server.taken).toEqual(['anna@example.se']);
  });

  test('that nobody could take, since no server is there, is certain', async () => {
    const post = connect(connections);
    await server.close();
    expect(failureOf(await failing(post.send(message)))).toBe('away');
  });
});

test('a kept connection that ended meanwhile sends nothing again by itself', async () => {
  const post = connect(1);
  await post.send(message);
  const said: MailWord[] = [];
  server.answer = (word) => {
    said.push(word);
    return word === 'MAIL FROM' ? 'end' : undefined;
  };
  expect(failureOf(await failing(post.send(message)))).toBe('put-off');
  expect(said).toEqual(['MAIL FROM']);
});

test('a server that falls silent holds up nobody for longer than half a minute', async () => {
  const words: MailWord[] = ['greeting', 'AUTH', 'RCPT TO', 'text'];
  const servers = await Promise.all(words.map(startMailServer));
  servers.forEach((one, at) => {
    one.answer = (word) => (word === words[at] ? 'silence' : undefined);
  });
  const from = performance.now();
  const failures = await Promise.all(servers.map(async ({ url }) => failureOf(await failing(smtp(url.replace('//', '//user:secret@')).send(message)))));
  expect(failures).toEqual(['away', 'away', 'put-off', 'unclear']);
  expect(performance.now() - from).toBeLessThan(40_000);
  await Promise.all(servers.map((one) => one.close()));
});
