import { once } from 'node:events';
import { demandFreePorts } from './check-ports.js';
import { lockFolder } from './data-lock.js';
import { listenForEnd } from './end-signal.js';
import { keepProgram, type Keeping } from './keep-program.js';
import { endLeftovers, openRecord } from './pids.js';
import { type Program } from './program.js';
import { inOneSentence, sentence } from './refuse.js';
import { removeRunFile, writeRunFile } from './run-file.js';
import { createReporter, type Reporter } from './say.js';
import { firstRecover, type Outcome, type SetUp } from './set-up.js';
import { type Settings } from './settings.js';
import { findStarter } from './starter.js';
import { startServers } from './start-servers.js';
import { stopAll, type Begun } from './stop-all.js';
import { welcome } from './welcome.js';

/** What is started: the settings, how the databases are set up, and which programs run on them. */
export interface Plan {
  settings: Settings;
  setUp: SetUp;
  programs(settings: Settings, outcome: Outcome, kafkaBrokers: string): Program[];
}

/** Exit code of a start that was called off before it was ready. */
const CALLED_OFF = 130;

/**
 * Starts everything, keeps it alive until it is told to end, and ends it. Returns the exit code: 0 after a run, 1 with one
 * clear sentence when something was in the way (what was begun is ended again), 130 when called off while starting.
 */
export async function start(plan: Plan, say: Reporter = createReporter(process.stdout)): Promise<number> {
  const { dataDir } = plan.settings;
  const starter = await findStarter();
  const lock = await lockFolder(dataDir, starter).catch((error: unknown) => {
    say.text(`\n${sentence(inOneSentence(error))}`);
    return undefined;
  });
  if (!lock) return 1;
  const ending = listenForEnd(starter);
  const begun: Begun = { programs: [], senders: [], servers: [] };
  let code = 0;
  try {
    await bringUp(plan, begun, say, ending.signal);
    if (!ending.signal.aborted) await once(ending.signal, 'abort');
  } catch (error) {
    code = ending.signal.aborted ? CALLED_OFF : 1;
    if (code === 1) say.text(`\n${sentence(inOneSentence(error))}`);
  }
  await bringDown(begun, dataDir, say);
  ending.close();
  await lock.release();
  return code;
}

async function bringUp({ settings, setUp, programs }: Plan, begun: Begun, say: Reporter, signal: AbortSignal): Promise<void> {
  const { dataDir, root } = settings;
  await removeRunFile(dataDir);
  const ended = await endLeftovers(dataDir, serversToTakeOver(settings));
  if (ended.length > 0) say.text(`  left over     from a killed start, ended: ${ended.join(', ')}`);
  await demandFreePorts(settings);
  const record = openRecord(dataDir);
  const keeping: Keeping = { dataDir, root, record, say };
  const servers = await startServers(settings, keeping, begun.servers, signal);
  signal.throwIfAborted();
  const outcome = await say.step('ledger', () => setUp(settings, servers.databaseUrl), ({ behind }) => (behind === undefined ? 'migrated, catalogue loaded' : 'migrated; no catalogue loaded'));
  if (outcome.behind !== undefined) say.text(`\n${firstRecover(outcome.behind)}\n`);
  signal.throwIfAborted();
  keeping.onChange = () => writeRunFile(settings, servers, outcome, record.pids());
  await startPrograms(programs(settings, outcome, servers.kafkaBrokers), begun, keeping, signal);
  signal.throwIfAborted();
  await writeRunFile(settings, servers, outcome, record.pids());
  say.text(welcome(settings, servers, say.elapsed()));
}

/** Those of this start's own servers that a killed start may have left running. */
function serversToTakeOver({ databaseUrl, kafkaBrokers }: Settings): string[] {
  return [...(databaseUrl ? [] : ['postgres']), ...(kafkaBrokers ? [] : ['kafka'])];
}

/** Starts the first program alone, then all others side by side; when one fails, the rest are still put into `begun`. */
async function startPrograms(all: Program[], begun: Begun, keeping: Keeping, signal: AbortSignal): Promise<void> {
  const startOne = async (program: Program) => {
    const kept = await keeping.say.step(program.name, () => keepProgram(program, keeping, signal), () => 'ready');
    (program.stage === 'senders' ? begun.senders : begun.programs).push(kept);
  };
  const first = all.filter(({ stage }) => stage === 'first');
  const rest = all.filter(({ stage }) => stage !== 'first');
  for (const batch of [first, rest]) {
    const results = await Promise.allSettled(batch.map(startOne));
    const failed = results.find((result) => result.status === 'rejected');
    if (failed) throw failed.reason;
    signal.throwIfAborted();
  }
}

async function bringDown(begun: Begun, dataDir: string, say: Reporter): Promise<void> {
  const nothing = Object.values(begun).every((stage: unknown[]) => stage.length === 0);
  if (!nothing) say.text('\nStopping ...');
  const since = performance.now();
  await stopAll(begun);
  await removeRunFile(dataDir);
  if (!nothing) say.text(`All that was started has stopped (${((performance.now() - since) / 1_000).toFixed(1)} s).`);
}
