/** The whole text of a notice, folded. */
export const NOTICE = `
details{margin:.25rem 0 1rem}
summary{display:list-item;padding:.4rem 0;font-weight:600;color:var(--_a);cursor:pointer}
details div{max-height:22rem;overflow:auto;padding:0 1rem 1rem;border:1px solid var(--_l);border-radius:calc(var(--_r)*.65)}
h3{margin:1.25rem 0 .25rem;font-size:1.0625rem;color:var(--_i)}
details p,details ul{margin:.5rem 0;color:var(--_m);overflow-wrap:anywhere}
details ul{padding-left:1.25rem}`;

/** In a page of the site’s own nothing that is tabbed to stops behind the way back, which is fixed at the foot of the window. */
export const PREFERENCES = `
dialog{width:min(40rem,100% - 2rem);max-height:calc(100vh - 2rem);padding:0;border:1px solid var(--_l);border-radius:var(--_r);background:var(--_s);color:var(--_i);box-shadow:var(--samtycke-shadow,0 30px 90px -10px rgb(0 15 12/.5));overscroll-behavior:contain;scroll-padding-bottom:10rem}
dialog::backdrop{background:rgb(3 16 13/.55)}
form{padding:clamp(1.1rem,.6rem + 2.4vw,2rem)}
:host([data-inline]) form{padding:0}
.head{display:flex;justify-content:space-between;gap:1rem;margin-bottom:.5rem}
.head h2{font-size:1.5rem;overflow-wrap:anywhere;hyphens:auto}
h2:focus{outline:none}
.close{flex:none;display:grid;place-items:center;width:2.75rem;min-height:2.75rem;height:2.75rem;margin:-.4rem -.4rem 0 0;padding:0;border-radius:50%;background:transparent;color:var(--_i)}
.close:hover{background:var(--_l);filter:none}
.close svg{width:1.15rem;fill:none;stroke:currentColor;stroke-width:2;stroke-linecap:round}
.signal{margin-top:1rem;padding:.8rem 1rem;border-radius:calc(var(--_r)*.65);box-shadow:inset 0 0 0 1px var(--_l);color:var(--_i)}
ul.choices{margin:1.1rem 0;border-top:1px solid var(--_l);list-style:none}
ul.choices>li{display:grid;grid-template-columns:minmax(0,1fr) auto;gap:.15rem 1.25rem;align-items:center;padding:.9rem 0;border-bottom:1px solid var(--_l)}
.title{font-weight:650;overflow-wrap:anywhere;hyphens:auto}
ul.choices p{grid-column:1;font-size:.9375rem;line-height:1.45}
.always{grid-row:1/3;grid-column:2;font-size:.9375rem;font-weight:600;color:var(--_m)}
input[type=checkbox]{grid-row:1/3;grid-column:2;appearance:none;position:relative;width:3.25rem;height:1.9rem;margin:0;border:2px solid var(--_m);border-radius:2rem;background:var(--_s);cursor:pointer;transition:background-color .15s,border-color .15s}
input[type=checkbox]::after{content:"";position:absolute;top:50%;left:.25rem;width:1.1rem;height:1.1rem;border-radius:50%;background:var(--_m);transform:translateY(-50%);transition:left .15s}
input:checked{border-color:var(--_a);background:var(--_a)}
input:checked::after{left:1.6rem;background:var(--_o)}
.buttons{display:grid;grid-template-columns:1fr 1fr 1fr;gap:.6rem;position:sticky;bottom:0;padding:.75rem 0;margin-bottom:-.75rem;background:var(--_s)}
dialog .buttons{border-top:1px solid var(--_l)}
:host([data-inline]) .buttons{position:static}
:host([data-inline]) :is(input,summary,button){scroll-margin-bottom:5rem}
@media (max-width:30rem){dialog{width:calc(100% - 1rem);max-height:calc(100vh - 1rem)}.head h2{font-size:1.25rem}.buttons{grid-template-columns:1fr 1fr}.plain{grid-column:1/-1}}
@media (max-width:30rem) and (max-height:30rem){dialog{scroll-padding:0}.buttons{position:static}}
@media (max-width:16rem){dialog{scroll-padding:0}.buttons{position:static;grid-template-columns:1fr}ul.choices>li{grid-template-columns:1fr}input[type=checkbox],.always{grid-row:auto;grid-column:1}}
@media (forced-colors:active){input[type=checkbox],input[type=checkbox]::after{border:2px solid ButtonText}input:checked::after{background:Highlight}}`;

export const SUBSCRIBE = `
:host{display:block}
form{display:grid;gap:.5rem}
label{font-weight:600;color:var(--_i)}
.row{display:grid;grid-template-columns:1fr auto;gap:.6rem}
input{font:inherit;min-width:0;min-height:3rem;padding:.5rem .9rem;border:1.5px solid var(--_m);border-radius:var(--samtycke-button-radius,calc(var(--_r)*.65));background:var(--_s);color:var(--_i)}
.small{font-size:.9375rem}
.answer{font-weight:600;color:var(--_i)}
.answer:empty{display:none}
.answer[data-mood]{padding:.6rem .9rem;border-left:4px solid var(--_a);background:var(--_s)}
.answer[data-mood=bad]{border-color:var(--samtycke-bad,#c6361d)}
input[aria-invalid]{border-color:var(--samtycke-bad,#c6361d)}
@media (max-width:30rem){.row{grid-template-columns:1fr}}`;

export const PLACEHOLDER = `
:host{display:block}
:host([hidden]){display:none}
section{display:grid;gap:.5rem;align-content:safe center;justify-items:center;height:var(--_h,auto);min-height:9rem;padding:1.25rem 1.25rem 0;overflow:auto;border:1px solid var(--_l);border-radius:var(--_r);background:var(--_s);text-align:center}
p,details{max-width:34rem}
b{color:var(--_i)}
.what,details{font-size:.9375rem}
details{margin:0}
details div{text-align:start}
.buttons{display:flex;flex-wrap:wrap;gap:.6rem;justify-content:center;padding:.25rem 0 1.25rem}
.buttons button{min-height:2.75rem;padding-inline:1rem}`;
