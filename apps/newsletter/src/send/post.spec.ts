import { describe, expect, test } from '@jest/globals';
import { postedOf } from './post.js';

const outcomes: [what: string, error: object, outcome: string][] = [
  ['a recipient that the server does not know', { responseCode: 550, command: 'RCPT TO', code: 'EENVELOPE' }, 'refused'],
  ['a text that the server does not take', { responseCode: 554, command: 'DATA' }, 'refused'],
  ['a busy server', { responseCode: 451, command: 'RCPT TO' }, 'again'],
  ['a wrong password', { responseCode: 535, command: 'AUTH PLAIN', code: 'EAUTH' }, 'again'],
  ['a sender that the server does not take', { responseCode: 553, command: 'MAIL FROM' }, 'again'],
  ['a server that is down', { code: 'ESOCKET', syscall: 'connect' }, 'again'],
  ['a name that cannot be found', { code: 'EDNS' }, 'again'],
  ['a server that never greets', { code: 'ETIMEDOUT', timeoutType: 'GREETING_TIMEOUT' }, 'again'],
  ['a connection that broke on the way', { code: 'ECONNECTION' }, 'unclear'],
  ['a server that fell silent after the text', { code: 'ETIMEDOUT', timeoutType: 'SOCKET_TIMEOUT' }, 'unclear'],
];

describe('what became of a mail', () => {
  test.each(outcomes)('after %s is certain, or said to be unclear: nobody gets it twice, and no fault of ours leaves anybody out', (_, error, outcome) => {
    expect(postedOf(error)).toBe(outcome);
  });
});
