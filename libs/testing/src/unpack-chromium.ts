import { execFile } from 'node:child_process';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** Where a whole Chromium lies, unpacked. */
export interface ChromiumPlace {
  executable: string;
  /** Fonts with their fontconfig file, and libraries that a bare machine lacks. */
  fonts: string;
  libraries: string;
}

const run = promisify(execFile);
const exists = (path: string): Promise<boolean> => access(path).then(() => true, () => false);

/**
 * Unpacks the Chromium that lies inside the npm package @sparticuz/chromium, once for each version, to
 * `${XDG_CACHE_HOME:-~/.cache}/samtycke/chromium-<version>` (200 MB). Several tests may ask at once.
 */
export async function unpackChromium(): Promise<ChromiumPlace> {
  const version = await packageVersion();
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'samtycke');
  const folder = join(cache, `chromium-${version}`);
  if (!(await exists(join(folder, 'chromium')))) await unpackInto(cache, folder);
  return { executable: join(folder, 'chromium'), fonts: join(folder, 'fonts'), libraries: join(folder, 'al2023/lib') };
}

async function packageVersion(): Promise<string> {
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const text = await readFile(join(dirname(entry), '../../package.json'), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}

/** The package unpacks to the temporary folder of its process: a process of its own is given a folder of its own. */
async function unpackInto(cache: string, folder: string): Promise<void> {
  const draft = `${folder}.${process.pid}.new`;
  await rm(draft, { recursive: true, force: true });
  await mkdir(draft, { recursive: true });
  const entry = createRequire(import.meta.url).resolve('@sparticuz/chromium');
  const script = `
    const loaded = require(${JSON.stringify(entry)});
    (loaded.default ?? loaded).executablePath().catch((error) => { console.error(error); process.exit(1); });
  `;
  try {
    // Named so, the package unpacks its libraries, too.
    const environment = { ...process.env, TMPDIR: draft, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x', NODE_OPTIONS: '' };
    await run(process.execPath, ['-e', script], { cwd: cache, env: environment });
    await writeFile(join(draft, 'fonts/fonts.conf'), fontSettings(folder));
    await rename(draft, folder).catch(async (error: unknown) => {
      if (!(await exists(join(folder, 'chromium')))) throw error;
    });
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/** The package's own settings name the folder of another machine. */
const fontSettings = (folder: string): string => `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}/fonts/fonts</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${folder}/fonts-cache</cachedir>
</fontconfig>
`;
