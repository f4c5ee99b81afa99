import { askApi } from './ask-api.js';
import { recall, remember } from './memory.js';
import type { SamtyckeDevice } from './public.js';

const CLOSE_MS = 60_000;

export interface Device extends SamtyckeDevice {
  /** How far this browser's clock is ahead, as far as the api could tell. */
  ahead: number;
}

export function currentDevice(): Device | undefined {
  const device = recall<Device>('device');
  return typeof device?.token === 'string' ? device : undefined;
}

/** The id, and how much the ledger has counted of it. */
export const forgetDevice = (): void => ['device', 'seen'].forEach((name) => remember(name, undefined));

/** The id, asked for only when there is something to remember; undefined while the api does not give one. */
export async function ensureDevice(): Promise<Device | undefined> {
  const known = currentDevice();
  if (known) return known;
  const { status, body, ahead } = await askApi('/v1/devices', {});
  if (status !== 201) return undefined;
  remember('device', { ...body, ahead });
  return currentDevice();
}

/** The clock may have been set since the id was made: the newest answer tells. */
export function noteAhead({ token }: Device, ahead: number): void {
  const device = currentDevice();
  if (device?.token === token && !(Math.abs(ahead - device.ahead) < CLOSE_MS)) remember('device', { ...device, ahead });
}
