import { readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { problem } from './problem.js';

/** The account that PostgreSQL runs as. */
export interface Account {
  uid: number;
  gid: number;
}

/** How a program is to be started so that it runs as that account and reaches its files. */
export interface Launch {
  command: string;
  args: string[];
  uid?: number;
  gid?: number;
}

const PREFERRED = ['postgres', 'nobody'];

/**
 * PostgreSQL refuses to run as root. Started by root it runs as the owner of its data, else as the account `postgres`,
 * else as `nobody`; undefined where nothing needs to change. No account is created. Problem `no-account`: there is none.
 */
export async function accountFor(cluster: string): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const owner = await stat(cluster).catch(() => undefined);
  if (owner && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  const accounts = (await readFile('/etc/passwd', 'utf8')).split('\n').map((line) => line.split(':'));
  for (const name of PREFERRED) {
    const found = accounts.find(([account]) => account === name);
    if (found) return { uid: Number(found[2]), gid: Number(found[3]) };
  }
  throw problem('no-account', 'PostgreSQL does not run as root, and this machine has neither an account postgres nor nobody: start Samtycke as another user.');
}

/**
 * The command as that account. Where a folder above its files is closed to the account (a checkout below /root, say),
 * `setpriv` keeps for it the one right of root to pass through.
 */
export async function launchAs(account: Account | undefined, command: string, args: string[], paths: string[]): Promise<Launch> {
  if (!account) return { command, args };
  if (await canReach(account, paths)) return { command, args, ...account };
  return {
    command: 'setpriv',
    args: [
      `--reuid=${account.uid}`,
      `--regid=${account.gid}`,
      '--clear-groups',
      // Without it the right would not count in access(2), by which initdb looks for its own programs.
      '--securebits=+no_setuid_fixup',
      '--inh-caps=+dac_override',
      '--ambient-caps=+dac_override',
      command,
      ...args,
    ],
  };
}

async function canReach(account: Account, paths: string[]): Promise<boolean> {
  const folders = new Set(paths.flatMap((path) => foldersAbove(resolve(path))));
  const checks = await Promise.all([...folders].map((folder) => canEnter(account, folder)));
  return checks.every(Boolean);
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [path] : [path, ...foldersAbove(above)];
}

async function canEnter(account: Account, folder: string): Promise<boolean> {
  const found = await stat(folder).catch(() => undefined);
  if (!found) return true;
  if (found.uid === account.uid) return (found.mode & 0o100) !== 0;
  if (found.gid === account.gid) return (found.mode & 0o010) !== 0;
  return (found.mode & 0o001) !== 0;
}
