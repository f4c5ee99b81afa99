/** What banner and parts share. Every colour, measure and font can be set by a custom property of the page, whose scheme (light, dark) they follow. */
export const BASE = `
:host{all:initial;color-scheme:inherit;--_1:#fff;--_2:#14211d;--_3:#0b6b50;
--_s:var(--samtycke-surface,var(--_1));--_i:var(--samtycke-ink,var(--_2));--_m:var(--samtycke-muted,color-mix(in srgb,var(--_i) 76%,var(--_s)));--_l:var(--samtycke-line,color-mix(in srgb,var(--_i) 17%,var(--_s)));--_a:var(--samtycke-accent,var(--_3));--_o:var(--samtycke-on-accent,var(--_1));
--_b:var(--samtycke-button,var(--_a));--_p:var(--samtycke-on-button,var(--_o));--_r:var(--samtycke-radius,16px);
font:var(--samtycke-font,400 1rem/1.5 system-ui,sans-serif);color:var(--_i)}
@supports (color:light-dark(red,red)){:host{--_1:light-dark(#fff,#16201d);--_2:light-dark(#14211d,#eef4f1);--_3:light-dark(#0b6b50,#5fd3ac)}}
*{box-sizing:border-box}
[hidden]{display:none!important}
h2,p,ul{margin:0;padding:0}
h2{font-size:1.25rem;line-height:1.25;font-weight:600}
p{color:var(--_m);overflow-wrap:anywhere}
button{font:inherit;font-weight:600;line-height:1.2;min-height:3rem;padding:.6rem 1rem;border:2px solid transparent;border-radius:var(--samtycke-button-radius,calc(var(--_r)*.65));cursor:pointer;color:var(--_p);background:var(--_b);overflow-wrap:anywhere;transition:filter .15s}
.buttons button{padding-inline:.4rem}
button:hover{filter:brightness(1.1)}
.plain{background:transparent;color:var(--_i);border-color:var(--_l)}
.plain:hover{border-color:currentColor;filter:none}
.link,a{font:inherit;min-height:1.5rem;padding:0;border:0;border-radius:4px;background:none;color:var(--_a);text-decoration:underline;text-underline-offset:.2em;cursor:pointer}
:focus-visible{outline:3px solid var(--_a);outline-offset:3px}
@media (prefers-reduced-motion:reduce){*,::after{animation:none!important;transition:none!important}}
@media print{:host{display:none}}`;

export const BANNER = `
section{position:fixed;inset:auto 1rem 1rem;z-index:var(--samtycke-z,2147483000);display:grid;gap:1.1rem 2rem;max-width:var(--samtycke-width,64rem);max-height:calc(100vh - 2rem);margin-inline:auto;padding:clamp(1.1rem,.8rem + 1.4vw,1.75rem);overflow:auto;overscroll-behavior:contain;border:1px solid var(--_l);border-radius:var(--_r);background:var(--_s);box-shadow:var(--samtycke-shadow,0 20px 60px -12px rgb(0 15 12/.4));animation:come .3s cubic-bezier(.2,.8,.2,1)}
@keyframes come{from{transform:translateY(1rem)}}
section p{margin-top:.4rem}
section p+p{font-size:.9375rem}
.buttons{display:grid;grid-template-columns:1fr 1fr 1fr;gap:.6rem;align-content:center}
.again{position:fixed;inset:auto auto 1rem 1rem;z-index:var(--samtycke-z,2147483000);display:grid;place-items:center;width:3rem;height:3rem;padding:0;border:1px solid var(--_l);border-radius:50%;background:var(--_s);color:var(--_i);box-shadow:0 4px 16px -4px rgb(0 15 12/.35)}
.again svg{width:1.4rem;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
[role=status]{position:fixed;inset:auto 1rem 1.15rem;z-index:var(--samtycke-z,2147483000);width:fit-content;max-width:calc(100% - 9rem);margin-inline:auto;padding:.7rem 1.2rem;border-radius:var(--_r);background:var(--_i);color:var(--_s);font-weight:600;pointer-events:none}
[role=status]:empty{padding:0}
@media (min-width:56rem){section{grid-template-columns:1fr 29rem;align-items:center}}
@media (max-width:30rem){section{inset:auto .5rem .5rem;max-height:calc(100vh - 1rem)}.buttons{grid-template-columns:1fr 1fr}.plain{grid-column:1/-1}}
@media (max-width:16rem){.buttons{grid-template-columns:1fr}}`;
