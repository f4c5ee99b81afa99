import { begin } from './begin.js';
import { VERSION, type PartsLoader } from './load-parts.js';
import type { SamtyckeOptions } from './public.js';

const tag = (document.currentScript ?? document.querySelector('script[data-site-key]')) as HTMLScriptElement;
const { siteKey = '', api, gpc, ...others } = tag.dataset as DOMStringMap & Omit<SamtyckeOptions, 'gpc'>;
const beside = api !== undefined || tag.src.includes(`/samtycke/${VERSION}/`);
const parts = new URL(`${beside ? '' : `samtycke/${VERSION}/`}parts.js?${VERSION}.`, tag.src).href;
const load: PartsLoader = (tries) => import(parts + tries);

begin({ ...others, siteKey, gpc: gpc === '1', api: api ?? new URL(beside ? '../..' : '.', tag.src).href }, load);
