// How fast `samtycke import` takes rows of people who are new: `npm run build && node bench/import.mjs [--rows 100000]`.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { startProduct } from './product.mjs';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const rows = Number(values.rows);
const OPTIONS = ['--system', 'old-crm', '--set', 'purpose=newsletter', '--set', 'notice.id=newsletter-signup', '--set', 'notice.version=1.3', '--set', 'notice.locale=sv', '--set', 'capture.method=form'];

async function writeFile(path) {
  const out = createWriteStream(path);
  out.write('email,decision,occurredAt\n');
  for (let row = 0; row < rows; row += 1) {
    if (!out.write(`person.${row}@example.se,grant,2026-03-01T10:00:00Z\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'close');
}

const product = await startProduct();
try {
  const file = join(product.dataDir, 'people.csv');
  await writeFile(file);
  const env = { ...process.env, DATABASE_URL: product.ledgerUrl, SAMTYCKE_DATA: product.dataDir };
  const started = performance.now();
  const child = spawn(process.execPath, [join(import.meta.dirname, '../dist/apps/cli/src/main.js'), 'import', file, ...OPTIONS], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  const [code] = await once(child, 'exit');
  const seconds = (performance.now() - started) / 1_000;
  console.log(`exit ${code}: ${rows} rows in ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} a second, the start of the program included`);
} finally {
  await product.stop();
}
