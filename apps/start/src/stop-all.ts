import { type Kept } from './keep-program.js';

/** Everything that was begun, in the order in which it ends: who writes, who sends, what both stand on. */
export interface Begun {
  programs: Kept[];
  senders: Kept[];
  servers: Kept[];
}

/** All has ended this long after it was asked to, by force if need be. */
const WHOLE_LIMIT_MS = 9_000;
/** Of it, kept back for the servers, whose clean end matters most. */
const SERVERS_MS = 3_000;
const SENDERS_MS = 1_500;

/** Ends all that was begun, stage by stage, within 10 s; what was quick leaves its time to the later stages. */
export async function stopAll({ programs, senders, servers }: Begun): Promise<void> {
  const end = performance.now() + WHOLE_LIMIT_MS;
  const left = (keptBack: number): number => Math.max(250, end - performance.now() - keptBack);
  await stopStage(programs, left(SERVERS_MS + SENDERS_MS));
  await stopStage(senders, left(SERVERS_MS));
  await stopStage(servers, left(0));
}

async function stopStage(stage: Kept[], limitMs: number): Promise<void> {
  await Promise.allSettled(stage.map((kept) => kept.stop(limitMs)));
}
