import { type RunningServer } from '#servers';
import { createBackOff, inSeconds, waitOut } from './back-off.js';
import { type Keeping, type Kept } from './keep-program.js';
import { inOneSentence } from './refuse.js';

/** A server to keep alive: what runs now, and how to start it again on the same data and port. */
export interface KeepableServer {
  /** `postgres` or `kafka`. */
  name: string;
  running: RunningServer;
  restart(port: number, signal: AbortSignal): Promise<RunningServer>;
}

/** Starts the server again, with growing pauses, whenever it ends by itself; its port stays the same. */
export async function keepServer({ name, running, restart }: KeepableServer, keeping: Keeping): Promise<Kept> {
  const stopping = new AbortController();
  let server: RunningServer = running;
  await keeping.record.note(name, server.process);

  const backOff = createBackOff();

  const comeBack = async (livedMs: number): Promise<boolean> => {
    for (let pauseMs = backOff.next(livedMs); ; pauseMs = backOff.next(0)) {
      keeping.say.event(`${name} has ended; it is started again in ${inSeconds(pauseMs)}.`);
      if (!(await waitOut(pauseMs, stopping.signal))) return false;
      try {
        server = await restart(server.port, stopping.signal);
        await keeping.record.note(name, server.process);
        await keeping.onChange?.();
        return true;
      } catch (error) {
        if (stopping.signal.aborted) return false;
        keeping.say.event(`${name} could not be started again: ${inOneSentence(error)}`);
      }
    }
  };
  const keep = async () => {
    for (;;) {
      const begun = performance.now();
      await server.gone();
      if (stopping.signal.aborted || !(await comeBack(performance.now() - begun))) return;
      keeping.say.event(`${name} runs again.`);
    }
  };
  const kept = keep();
  return {
    name,
    async stop(limitMs) {
      stopping.abort();
      await server.stop(limitMs);
      await kept;
      await server.stop(limitMs);
      await keeping.record.note(name, undefined);
    },
  };
}
