import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { FreshLedger } from '#testing';

const MAIN = 'dist/apps/cli/src/main.js';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** The built command line on a ledger of a test's own, run as a user runs it. */
export interface CommandLine {
  folder: string;
  file(name: string, text: string | Buffer): string;
  /** `onto`: where stdout goes instead of into the answer. */
  run(args: string[], nodeOptions?: string, onto?: string): Promise<Ended>;
  start(args: string[]): ChildProcess;
  close(): void;
}

/** Builds what has changed, and lays the keyring of the ledger where the command line looks for it. */
export async function commandLine(fresh: FreshLedger, environment: Record<string, string> = {}): Promise<CommandLine> {
  await promisify(execFile)(process.execPath, ['scripts/build.mjs', '--quiet']);
  const folder = mkdtempSync(join(tmpdir(), 'samtycke-cli-'));
  const file: CommandLine['file'] = (name, text) => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  file('keyring.json', JSON.stringify(fresh.keyring));
  const start = (args: string[], nodeOptions = '', stdout: 'pipe' | number = 'pipe'): ChildProcess =>
    spawn(process.execPath, [MAIN, ...args], { env: { ...process.env, NODE_OPTIONS: nodeOptions, DATABASE_URL: fresh.url, SAMTYCKE_DATA: folder, ...environment }, stdio: ['ignore', stdout, 'pipe'] });
  return {
    folder,
    file,
    start,
    run: (args, nodeOptions, onto) =>
      new Promise((resolve) => {
        const ended: Ended = { code: null, stdout: '', stderr: '' };
        const file = onto === undefined ? undefined : openSync(onto, 'w');
        const child = start(args, nodeOptions, file);
        if (file !== undefined) closeSync(file);
        child.stdout?.setEncoding('utf8').on('data', (text: string) => (ended.stdout += text));
        child.stderr?.setEncoding('utf8').on('data', (text: string) => (ended.stderr += text));
        child.on('close', (code) => resolve({ ...ended, code }));
      }),
    close: () => rmSync(folder, { recursive: true, force: true }),
  };
}
