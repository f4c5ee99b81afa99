import { chromium, type Browser } from 'playwright-core';
import { unpackChromium } from './unpack-chromium.js';

const LAUNCH_LIMIT_MS = 60_000;

/**
 * A real Chromium without a window, ready for `newPage()`; close it with `close()`. Its web security is on, as at a
 * visitor's; only the process sandbox is off, since tests may run as root.
 */
export async function launchBrowser(): Promise<Browser> {
  const { executable, fonts, libraries } = await unpackChromium();
  return chromium.launch({
    executablePath: executable,
    headless: true,
    timeout: LAUNCH_LIMIT_MS,
    args: ['--no-sandbox', '--no-zygote', '--disable-gpu', '--disable-dev-shm-usage', '--font-render-hinting=none'],
    env: {
      ...stringsOf(process.env),
      FONTCONFIG_PATH: fonts,
      LD_LIBRARY_PATH: [libraries, process.env.LD_LIBRARY_PATH].filter(Boolean).join(':'),
    },
  });
}

const stringsOf = (env: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined));
