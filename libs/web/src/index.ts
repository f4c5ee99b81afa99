export type { Samtycke, SamtyckeChange, SamtyckeDevice, SamtyckeOptions } from './public.js';
