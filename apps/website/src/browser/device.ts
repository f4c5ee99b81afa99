import { askApi } from './ask-api.js';
import { forget, recall, remember } from './memory.js';

/** This browser's id in the ledger, and the token by which the ledger knows that it gave it. */
export interface Device {
  device: string;
  token: string;
}

export const currentDevice = (): Device | undefined => recall<Device>('device');

export const forgetDevice = (): void => forget('device');

/** The id, asked for only when there is something to remember; undefined while the api does not answer. */
export async function ensureDevice(): Promise<Device | undefined> {
  const known = currentDevice();
  if (known) return known;
  const { status, body } = await askApi('/v1/devices', {});
  if (!status || status >= 300 || typeof body.device !== 'string' || typeof body.token !== 'string') return undefined;
  const device = { device: body.device, token: body.token };
  remember('device', device);
  return device;
}
