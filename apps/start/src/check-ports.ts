import { isPortFree } from '#servers';
import { refuse } from './refuse.js';
import { WEB_PORTS, type Settings, type WebProgram } from './settings.js';

/** Refuses while another program listens where one of ours is to: says which port, whose, and how to move it. */
export async function demandFreePorts({ host, ports }: Pick<Settings, 'host' | 'ports'>): Promise<void> {
  const names = Object.keys(WEB_PORTS) as WebProgram[];
  const free = await Promise.all(names.map((name) => isPortFree(ports[name], host)));
  const taken = names.filter((_, at) => !free[at]);
  if (taken.length === 0) return;
  const list = taken.map((name) => `port ${ports[name]} (${name}; ${WEB_PORTS[name][0]} moves it)`).join(', ');
  throw refuse(`${taken.length === 1 ? 'A port is' : 'Ports are'} taken by another program on ${host}, or cannot be used: ${list}.`);
}
