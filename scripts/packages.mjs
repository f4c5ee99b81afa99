// Makes the npm packages of libs/: for each one compiled code, types and README, and from them a tarball.
// `node scripts/packages.mjs [folder]` (default .packages/) prints the tarballs' paths, one a line.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const run = promisify(execFile);

/** Each package, and the libs whose compiled code lies inside it. */
const PACKAGES = { consumer: ['consumer', 'contracts'], 'consumer-nest': ['consumer-nest'] };

/** The browser package: the build bundles it whole, with its README. */
async function packWeb(target) {
  await run(process.execPath, [join(root, 'scripts/build.mjs'), '--quiet'], { cwd: root });
  return npmPack(join(root, 'dist/libs/web'), target);
}

async function npmPack(folder, target) {
  const { stdout } = await run('npm', ['pack', '--json', '--pack-destination', target], { cwd: folder });
  return join(target, JSON.parse(stdout)[0].filename);
}

async function pack([name, inside], compiled, target) {
  const folder = join(target, name);
  await rm(folder, { recursive: true, force: true });
  for (const lib of inside) await cp(join(compiled, lib), join(folder, 'dist', lib), { recursive: true });
  for (const file of ['package.json', 'README.md']) await cp(join(root, 'libs', name, file), join(folder, file));
  return npmPack(folder, target);
}

const target = resolve(process.argv[2] ?? join(root, '.packages'));
const compiled = await mkdtemp(join(tmpdir(), 'samtycke-packages-'));
try {
  await mkdir(target, { recursive: true });
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', join(root, 'tsconfig.packages.json'), '--outDir', compiled]);
  const tarballs = await Promise.all([...Object.entries(PACKAGES).map((one) => pack(one, compiled, target)), packWeb(target)]);
  for (const tarball of tarballs) console.log(tarball);
} finally {
  await rm(compiled, { recursive: true, force: true });
}
