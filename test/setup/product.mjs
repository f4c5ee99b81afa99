// For the browser tests: the whole product as `npm start` runs it, in a data folder and on ports of its own.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';

const PORTS = ['API_PORT', 'PORTAL_PORT', 'WEBSITE_PORT', 'NEWSLETTER_PORT', 'ANALYTICS_PORT'];
const READY = /Ctrl-C/;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether a run of jest reaches the browser tests: no pattern, or one that names them. */
export const isWanted = (patterns) => patterns.length === 0 || patterns.some((pattern) => /(^|\/)test(\/?$|\/browser)|^browser|portal|website|verify-page|receipt-page|propagation-page|accessibility/.test(pattern));

/** Starts it; gives the path of its run.json and how to stop it. */
export async function startProduct(root, folder) {
  const dataDir = join(folder, 'product');
  await mkdir(dataDir);
  const ports = Object.fromEntries(await Promise.all(PORTS.map(async (name) => [name, String(await freePort())])));
  const child = spawn(process.execPath, [join(root, 'dist/apps/start/src/main.js')], { env: { ...process.env, ...ports, SAMTYCKE_DATA: dataDir }, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  await new Promise((resolve, reject) => {
    const hear = (text) => {
      output += text;
      if (READY.test(output)) resolve();
    };
    child.stdout.setEncoding('utf8').on('data', hear);
    child.stderr.setEncoding('utf8').on('data', hear);
    child.once('exit', (code) => reject(new Error(`the product ended with ${code}:\n${output}`)));
  });
  const stop = async () => {
    const exit = once(child, 'exit');
    child.kill('SIGINT');
    await exit;
  };
  return { runFile: join(dataDir, 'run.json'), stop, pid: child.pid };
}
