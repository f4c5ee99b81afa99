import { fork, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { markOf, openLog, stepBack } from '#servers';
import { createBackOff, inSeconds, waitOut } from './back-off.js';
import { lastWords } from './explain-exit.js';
import { type PidRecord } from './pids.js';
import { type Program } from './program.js';
import { inOneSentence, refuse } from './refuse.js';
import { type Reporter } from './say.js';

/** What keeping something alive needs beside the thing itself. */
export interface Keeping {
  dataDir: string;
  root: string;
  record: PidRecord;
  say: Reporter;
  /** Told each time a process is another one than before. */
  onChange?: () => Promise<void>;
}

/** A program that is started again, with growing pauses, whenever it ends by itself. */
export interface Kept {
  name: string;
  /** Ends it and the keeping: SIGTERM, SIGKILL after `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

const READY_LIMIT_MS = 90_000;

interface Life {
  child: ChildProcess;
  ready: Promise<boolean>;
  gone: Promise<string>;
  log: () => Promise<string>;
}

/**
 * Starts a program and waits until it says that it is ready; from then on it is kept alive. Its output goes to
 * `<data>/log/<name>.log`. What cannot be written, on a full disk, is said and ends nothing. Refuses when it ends, or says nothing for 90 s, before it was ready the first time.
 */
export async function keepProgram(program: Program, keeping: Keeping, signal: AbortSignal): Promise<Kept> {
  let life = await begin(program, keeping);
  const stopping = new AbortController();
  const stop = async (limitMs: number) => {
    stopping.abort();
    await end(life, limitMs);
    await keeping.record.note(program.name, undefined);
  };
  const whenAborted = () => void life.child.kill('SIGTERM');
  signal.addEventListener('abort', whenAborted, { once: true });
  const ready = await life.ready;
  signal.removeEventListener('abort', whenAborted);
  if (!ready) {
    const alive = life.child.exitCode === null && life.child.signalCode === null;
    await stop(2_000);
    throw await explain(program, life, keeping, alive);
  }
  const backOff = createBackOff();
  const comeBack = async (ended: string, livedMs: number): Promise<boolean> => {
    let how = ended;
    for (let pauseMs = backOff.next(livedMs); ; pauseMs = backOff.next(0)) {
      keeping.say.event(`${program.name} ${how}; it is started again in ${inSeconds(pauseMs)} (see ${logFile(program, keeping)}).`);
      if (!(await waitOut(pauseMs, stopping.signal))) return false;
      try {
        life = await begin(program, keeping);
        return true;
      } catch (error) {
        how = `could not be started again (${inOneSentence(error)})`;
      }
    }
  };
  const keep = async () => {
    for (;;) {
      const begun = performance.now();
      const how = await life.gone;
      if (stopping.signal.aborted || !(await comeBack(how, performance.now() - begun))) return;
      if (stopping.signal.aborted) return end(life, 0);
      await keeping.onChange?.().catch((error: unknown) => keeping.say.event(`run.json could not be written: ${inOneSentence(error)}`));
    }
  };
  void keep();
  return { name: program.name, stop };
}

const logFile = (program: Program, { dataDir }: Keeping): string => join(dataDir, 'log', `${program.name}.log`);

async function begin(program: Program, keeping: Keeping): Promise<Life> {
  const log = await openLog(logFile(program, keeping));
  const child = fork(program.file, [], {
    cwd: keeping.root,
    env: program.env,
    execArgv: ['--enable-source-maps'],
    // A group of its own: Ctrl-C reaches this process alone, which stops the programs in order.
    detached: true,
    stdio: ['ignore', log.handle.fd, log.handle.fd, 'ipc'],
  });
  if (program.behind && child.pid) void stepBack(child.pid);
  const gone = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(`could not be run (${error.message})`));
    child.once('exit', (code, killedBy) => resolve(killedBy ? `was ended by ${killedBy}` : `ended with code ${code}`));
  });
  const saidReady = new Promise<boolean>((resolve) => {
    child.on('message', (message: { ready?: boolean }) => message?.ready === true && resolve(true));
    setTimeout(() => resolve(false), READY_LIMIT_MS).unref();
  });
  const ready = Promise.race([saidReady, gone.then(() => false)]);
  await log.handle.close();
  const mark = await markOf(child.pid ?? 0);
  // It runs: whoever is not told of it would begin another one.
  if (mark) await keeping.record.note(program.name, mark).catch((error: unknown) => keeping.say.event(`${program.name} runs, and its process could not be noted: ${inOneSentence(error)}`));
  return { child, ready, gone, log: log.since };
}

async function explain(program: Program, life: Life, keeping: Keeping, alive: boolean): Promise<Error> {
  const words = lastWords(await life.log());
  const how = alive ? `did not say within ${READY_LIMIT_MS / 1_000} s that it is ready` : `${await life.gone} before it was ready`;
  return refuse(`${program.name} ${how}${words ? ` (${words})` : ''}: see ${logFile(program, keeping)}.`);
}

async function end({ child, gone }: Life, limitMs: number): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), limitMs);
  await gone;
  clearTimeout(timer);
}
