import { begin } from './begin.js';
import type { Samtycke, SamtyckeOptions } from './public.js';

export type { Samtycke, SamtyckeChange, SamtyckeDevice, SamtyckeOptions } from './public.js';

/** Starts Samtycke on this page, once; called again it gives the same. Without `api` it is where this module was loaded from. */
export const start = (options: SamtyckeOptions): Samtycke =>
  begin({ ...options, api: options.api ?? new URL('../..', import.meta.url).href }, () => import('./parts.js'));
