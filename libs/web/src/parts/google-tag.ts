import { gtag } from '../gtag.js';
import type { Core } from '../core.js';

/** Google's own script, for a page whose visitor has said yes to what it stands for. Where it may not be loaded nothing is told to it. */
export function googleTag({ settings: { googleTag: id = '' }, trusted }: Core): () => void {
  return () => {
    const src = trusted('createScriptURL', `https://www.googletagmanager.com/gtag/js?id=${encodeURIComponent(id)}`);
    gtag('js', new Date());
    gtag('config', id);
    const script = document.createElement('script');
    script.async = true;
    script.src = src;
    document.head.append(script);
  };
}
