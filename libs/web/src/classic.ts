import { begin } from './begin.js';
import type { PartsLoader } from './load-parts.js';
import type { SamtyckeOptions } from './public.js';

/** The build puts a name in its place that stands for the content of all files together. */
const VERSION = '__VERSION__';

const tag = (document.currentScript ?? document.querySelector('script[data-site-key]')) as HTMLScriptElement;
const { siteKey = '', api, gpc, ...others } = tag.dataset as DOMStringMap & Omit<SamtyckeOptions, 'gpc'>;
const beside = api !== undefined || tag.src.includes(`/samtycke/${VERSION}/`);
const parts = new URL(beside ? 'parts.js' : `samtycke/${VERSION}/parts.js`, tag.src).href;
const load: PartsLoader = () => import(parts);

begin({ ...others, siteKey, gpc: gpc === '1', api: api ?? new URL(beside ? '../..' : '.', tag.src).href }, load);
