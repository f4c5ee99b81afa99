import { expect, test } from '@jest/globals';
import { lastWords } from '../../apps/start/src/explain-exit.js';

test.each([
  ['an error that pino logged', '{"level":30,"msg":"listening"}\n{"level":60,"msg":"cannot start","err":{"message":"no table"}}\n{"level":30,"msg":"stopped"}\n', 'cannot start: no table'],
  ['a level by name', '{"level":"fatal","msg":"DATABASE_URL is missing"}\n', 'DATABASE_URL is missing'],
  ['a reason beside the message', '{"level":60,"reason":"no key","msg":"the api could not start"}', 'the api could not start: no key'],
  ['an uncaught error with its stack', 'node:internal/modules:1\n    throw err;\n\nError: Cannot find module "x"\n    at a (b.js:1:1)\n\nNode.js v20.20.2\n', 'Error: Cannot find module "x"'],
  ['its last line where it complained of nothing', '{"level":30,"msg":"one"}\n{"level":30,"msg":"two"}\n', 'two'],
  ['nothing where it wrote nothing, or only torn lines', '{"level":60,"ms', ''],
])('the reason shown for a program that ended is %s', (_, log, words) => {
  expect(lastWords(log)).toBe(words);
});
