// `npm test`: builds, checks types, style and house rules, then runs every test on a real PostgreSQL, Kafka and browser.
// Each gate counts as one test; a skipped or unwritten test counts as failed. Files that measure time run after the others,
// each alone; a few that fail beside others run once more, alone. Ends with `N passed, N failed`.
// Arguments are handed to jest: `npm test -- libs/consent`.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (path) => join(root, 'node_modules', path);
/** A run that hangs is ended, and has failed. */
const LIMIT_MS = 75 * 60_000;
/** Files that are run once more; above it the machine is not the reason. */
const MOST_AGAIN = 8;
/** How a file begins that measures time. */
const ALONE = /^\/\/ Runs alone:/;

const GATES = {
  'the types fit': [bin('typescript/bin/tsc'), '--noEmit'],
  'the style rules hold': [bin('eslint/bin/eslint.js'), '.', '--max-warnings', '0'],
  'the house rules hold': [bin('dependency-cruiser/bin/dependency-cruise.mjs'), '--config', '.dependency-cruiser.cjs', 'apps', 'libs', 'test'],
};

function run(args, { env = process.env, shown = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', shown ? 'inherit' : 'pipe', shown ? 'inherit' : 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => (output += text));
    const timer = setTimeout(() => child.kill('SIGTERM'), LIMIT_MS);
    child.once('error', (error) => resolve({ code: 1, output: error.message }));
    child.once('close', (code) => {
      clearTimeout(timer);
      resolve({ code, output });
    });
  });
}

async function passes(title, args) {
  const since = performance.now();
  const { code, output } = await run(args);
  console.log(`${code === 0 ? 'PASS' : 'FAIL'} ${title} (${((performance.now() - since) / 1_000).toFixed(1)} s)`);
  if (code !== 0) console.log(output.trim());
  return code === 0;
}

/** Runs jest; its report and exit code. */
async function jest(args) {
  const folder = await mkdtemp(join(tmpdir(), 'samtycke-report-'));
  const report = join(folder, 'report.json');
  const options = [process.env.NODE_OPTIONS, '--experimental-vm-modules', '--disable-warning=ExperimentalWarning'].filter(Boolean).join(' ');
  const { code } = await run([bin('jest/bin/jest.js'), '--json', `--outputFile=${report}`, ...args], { env: { ...process.env, NODE_OPTIONS: options }, shown: true });
  const { testResults = [] } = await readFile(report, 'utf8').then(JSON.parse, () => ({}));
  await rm(folder, { recursive: true, force: true });
  return { code, files: testResults };
}

const hasPassed = ({ status }) => status === 'passed';
const hasFailed = ({ status }) => status === 'failed';

/** What did not run, for whatever reason, has not passed; a file that failed without a test of its own that did is one failure. */
function count(files) {
  const tests = files.flatMap(({ assertionResults }) => assertionResults);
  const broken = files.filter((file) => hasFailed(file) && !file.assertionResults.some(hasFailed)).length;
  const passed = tests.filter(hasPassed).length;
  return { passed, failed: tests.length - passed + broken };
}

/** Of the files that jest would run, those that measure. */
async function measuring(extra) {
  const { output } = await run([bin('jest/bin/jest.js'), '--listTests', ...extra]);
  const files = output.split('\n').filter((line) => line.endsWith('.spec.ts'));
  const texts = await Promise.all(files.map((file) => readFile(file, 'utf8')));
  return files.filter((_, at) => ALONE.test(texts[at])).map((file) => relative(root, file));
}

/** Those that share the processors, then those that have them to themselves. */
async function firstRun(extra) {
  const measured = await measuring(extra);
  const shared = await jest(['--maxWorkers=2', '--passWithNoTests', ...extra, ...['/node_modules/', ...measured].map((path) => `--testPathIgnorePatterns=${path}`)]);
  if (measured.length === 0) return shared;
  console.log(`\nAlone: ${measured.join(', ')}`);
  // With patterns or options of the caller these still choose; without, the paths keep the product from being started beside them.
  const chosen = extra.length > 0 ? [...extra, ...measured.map((path) => `--testMatch=<rootDir>/${path}`)] : measured;
  const alone = await jest(['--maxWorkers=1', ...chosen]);
  return { code: shared.code || alone.code, files: [...shared.files, ...alone.files] };
}

/**
 * Many guarantees speak of time, on processors that two tests share. A few files that failed are run once more, alone, and that is
 * what counts; it is said which they were. What is wrong fails both times.
 */
async function runJest(extra) {
  const first = await firstRun(extra);
  const again = first.files.filter(hasFailed).map(({ name }) => relative(root, name));
  if (again.length === 0 || again.length > MOST_AGAIN) return totals(first.files, first.code);
  console.log(`\nOnce more, alone: ${again.join(', ')}`);
  const second = await jest(['--maxWorkers=1', ...again]);
  const others = first.files.filter((file) => !hasFailed(file));
  const alone = count(second.files);
  console.log(`\nFailed at first: ${again.join(', ')}; once more, alone: ${alone.passed} passed, ${alone.failed} failed`);
  return totals([...others, ...second.files], second.code);
}

function totals(files, code) {
  const { passed, failed } = count(files);
  const ranNothing = passed + failed === 0;
  return { passed, failed: failed === 0 && (code !== 0 || ranNothing) ? 1 : failed };
}

const built = await passes('everything builds', [join(root, 'scripts/build.mjs')]);
const gates = [built, ...(await Promise.all(Object.entries(GATES).map(([title, args]) => passes(title, args))))];
const tests = built ? await runJest(process.argv.slice(2)) : { passed: 0, failed: 0 };
const passed = gates.filter(Boolean).length + tests.passed;
const failed = gates.filter((gate) => !gate).length + tests.failed;
console.log(`\n${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
