import { expect, test } from '@jest/globals';
import { PassThrough } from 'node:stream';
import { createReporter } from '../../apps/start/src/say.js';

/** Something that is written to as if it were a terminal of that width, or a file where there is none. */
function screen(columns?: number): { out: NodeJS.WriteStream; written(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (piece: Buffer) => (text += piece.toString()));
  const out = Object.assign(stream, { isTTY: columns !== undefined, columns }) as unknown as NodeJS.WriteStream;
  return { out, written: () => text };
}

test('a finished step is one line with what came of it and how long it took', async () => {
  const { out, written } = screen();
  const answer = await createReporter(out).step('PostgreSQL', async () => 5432, (port) => `127.0.0.1:${port}`);
  expect(answer).toBe(5432);
  expect(written()).toMatch(/^ {2}PostgreSQL {4}127\.0\.0\.1:5432 +\d+\.\d s\n$/);
});

test('what is not a terminal gets no control characters, and nothing of a step that failed', async () => {
  const { out, written } = screen();
  const say = createReporter(out);
  await expect(say.step('Kafka', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  say.text('a line');
  expect(written()).toBe('a line\n');
});

test.each([
  ['80 columns', 80, 79],
  ['20 columns', 20, 19],
  ['a terminal that reports no width', 0, 79],
])('what is under way is drawn whole, and never wraps: %s', async (_, columns, longest) => {
  const { out, written } = screen(columns);
  const say = createReporter(out);
  const names = Array.from({ length: 12 }, (__, at) => `a step with a long name ${at}`);
  await Promise.all(names.map((name) => say.step(name, () => Promise.resolve())));
  const drawn = written().split('\r').filter((piece) => piece.includes('…'));
  expect(drawn.length).toBeGreaterThan(0);
  for (const line of drawn) {
    expect(line.startsWith('\u001b[2K')).toBe(true);
    expect(line.replace('\u001b[2K', '').split('\n')[0]?.length).toBeLessThanOrEqual(longest);
  }
  // No escape was cut: each one that begins is the one that clears the line.
  expect(written().match(/\u001b/g)?.length).toBe(written().match(/\u001b\[2K/g)?.length);
});
