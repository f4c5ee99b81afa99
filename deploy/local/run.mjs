// Runs one step of the way to a started product, and says what became of it. Stands on nothing but Node itself.
import { spawn } from 'node:child_process';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Ends this process with a sentence for its user. */
export function end(message, code = 1) {
  if (message) console.error(message);
  process.exit(code);
}

/** Runs a command to its end, its output hidden unless it fails; ends this process when it fails or is called off. */
export async function runStep(label, command, args, cwd) {
  const since = performance.now();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  const pass = (signal) => child.kill(signal);
  for (const signal of SIGNALS) process.on(signal, pass);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  const { code, signal, error } = await new Promise((resolve) => {
    child.once('error', (error) => resolve({ error }));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
  for (const name of SIGNALS) process.off(name, pass);
  if (error) end(`${label}: ${command} could not be run (${error.message}).`);
  if (signal) end('', 130);
  if (code !== 0) end(`${output.trim()}\n\n${label} failed with code ${code} (${command} ${args.join(' ')}): see above.`);
  console.log(`  ${label.padEnd(14)}${'done'.padEnd(44)}${`${((performance.now() - since) / 1000).toFixed(1)} s`.padStart(8)}`);
}
