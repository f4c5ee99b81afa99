import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

test('a process of the api that dies while others are still starting is replaced, too', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'samtycke-preside-'));
  const primary = fork('test/system/presided.mjs', [folder], { stdio: 'ignore' });
  expect((await once(primary, 'message'))[0]).toEqual({ ready: true });
  primary.kill('SIGTERM');
  expect(await once(primary, 'exit')).toEqual([0, null]);
  rmSync(folder, { recursive: true });
}, 60_000);
