import type { Core } from '../load-parts.js';

/**
 * A link to the portal takes this browser's device along, so that a no there counts here: in the body of a POST, so that it stands in no
 * address, history or log.
 */
export function takeAlong({ build }: Core): (event: MouseEvent, link: HTMLAnchorElement, token: string) => void {
  return (event, link, token) => {
    const target = event.ctrlKey || event.metaKey || event.shiftKey ? '_blank' : link.target;
    const form = build('form', { method: 'post', action: new URL('/from-website', link.href), target, hidden: true }, build('input', { name: 'device', value: token }));
    document.body.append(form);
    form.submit();
    form.remove();
  };
}
