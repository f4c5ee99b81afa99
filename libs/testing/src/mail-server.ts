import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** What is said to a mail server, its greeting first. */
export type MailWord = 'greeting' | 'EHLO' | 'AUTH' | 'MAIL FROM' | 'RCPT TO' | 'DATA' | 'text' | 'RSET' | 'QUIT';

/** A mail server that answers each word as a test wants it. */
export interface MailServer {
  url: string;
  /** Whom mails were taken for. */
  taken: string[];
  /** A line, `silence`, or `end` to hang up; undefined: it takes what is said. `to`: whom the mail is for, once that is known. */
  answer: (word: MailWord, to: string) => string | undefined | Promise<string | undefined>;
  close(): Promise<void>;
}

const FINE: Readonly<Record<MailWord, string>> = {
  greeting: '220 ready', EHLO: '250-here\r\n250 AUTH PLAIN', AUTH: '235 known', 'MAIL FROM': '250 fine', 'RCPT TO': '250 fine', DATA: '354 go on', text: '250 taken', RSET: '250 fine', QUIT: '221 bye',
};

const WORDS = Object.keys(FINE) as MailWord[];

const wordOf = (line: string): MailWord => WORDS.find((word) => line.toUpperCase().startsWith(word)) ?? 'EHLO';

const recipientIn = (line: string): string => /<(.*)>/.exec(line)?.[1] ?? '';

async function converse(server: MailServer, socket: Socket): Promise<void> {
  let to = '';
  let inText = false;
  const say = async (word: MailWord): Promise<string> => {
    const said = (await server.answer(word, to)) ?? FINE[word];
    if (said === 'end') socket.destroy();
    else if (said !== 'silence') socket.write(`${said}\r\n`);
    return said;
  };
  await say('greeting');
  for await (const line of createInterface({ input: socket })) {
    if (inText && line !== '.') continue;
    const word: MailWord = inText ? 'text' : wordOf(line);
    if (word === 'RCPT TO') to = recipientIn(line);
    const said: string = await say(word);
    inText = word === 'DATA' && said.startsWith('3');
    if (word === 'text' && said.startsWith('2')) server.taken.push(to);
  }
}

export async function startMailServer(): Promise<MailServer> {
  const sockets = new Set<Socket>();
  const listening = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    void converse(server, socket).catch(() => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(listening, 'listening');
  const server: MailServer = {
    url: `smtp://127.0.0.1:${(listening.address() as AddressInfo).port}`,
    taken: [],
    answer: () => undefined,
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => listening.close(resolve));
    },
  };
  return server;
}
