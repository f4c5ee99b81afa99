import { html, type Markup } from '#html';

/** The loop between cold and warm: the picture of the whole idea. Drawn by hand; colours come from the style sheet. */
export const loopPicture: Markup = html`<svg class="loop" viewBox="0 0 640 520" role="img" aria-labelledby="loop-title">
  <title id="loop-title">En krets som flyttar värme från en kyldisk till ett hus</title>
  <circle class="glow-cold" cx="150" cy="300" r="150" /><circle class="glow-warm" cx="492" cy="250" r="165" />
  <path class="pipe" d="M150 190V110a34 34 0 0 1 34-34H458a34 34 0 0 1 34 34v66" />
  <path class="pipe" d="M492 388v34a34 34 0 0 1-34 34H184a34 34 0 0 1-34-34v-36" />
  <path class="flow flow-out" d="M150 190V110a34 34 0 0 1 34-34H458a34 34 0 0 1 34 34v66" />
  <path class="flow flow-back" d="M492 388v34a34 34 0 0 1-34 34H184a34 34 0 0 1-34-34v-36" />
  <g class="cabinet">
    <rect class="case" x="42" y="190" width="216" height="196" rx="16" /><rect class="glass" x="56" y="204" width="188" height="150" rx="8" />
    <path class="shelf" d="M56 252h188M56 302h188" />
    <g class="goods">
      <rect x="70" y="224" width="18" height="28" rx="3" /><rect x="92" y="218" width="18" height="34" rx="3" /><rect x="114" y="228" width="26" height="24" rx="3" />
      <circle cx="166" cy="241" r="11" /><circle cx="190" cy="241" r="11" /><rect x="208" y="222" width="24" height="30" rx="3" />
      <rect x="70" y="276" width="36" height="26" rx="3" /><rect x="112" y="270" width="18" height="32" rx="3" /><rect x="134" y="270" width="18" height="32" rx="3" />
      <circle cx="172" cy="290" r="12" /><rect x="192" y="278" width="40" height="24" rx="3" />
      <rect x="70" y="326" width="26" height="28" rx="3" /><rect x="102" y="320" width="18" height="34" rx="3" /><rect x="126" y="330" width="44" height="24" rx="3" /><circle cx="190" cy="342" r="12" /><circle cx="216" cy="342" r="12" />
    </g>
    <path class="frost" d="M76 370h12M82 364v12M77.8 365.8l8.4 8.4M86.2 365.8l-8.4 8.4" /><path class="label" d="M102 370h70" />
  </g>
  <g class="machine">
    <rect class="case" x="268" y="36" width="108" height="80" rx="14" /><circle class="wheel" cx="322" cy="76" r="26" />
    <g class="spin"><path class="blade" d="M322 76c-3-12 2-21 10-23-1 9-1 17-10 23Zm0 0c12-3 21 2 23 10-9-1-17-1-23-10Zm0 0c3 12-2 21-10 23 1-9 1-17 10-23Zm0 0c-12 3-21-2-23-10 9 1 17 1 23 10Z" /></g>
  </g>
  <g class="valve"><path class="case" d="M296 432l52 48v-48l-52 48Z" /><circle class="knob" cx="322" cy="456" r="7" /></g>
  <g class="house">
    <path class="roof" d="M378 250 492 160l114 90" /><path class="wall" d="M396 236v140a12 12 0 0 0 12 12h168a12 12 0 0 0 12-12V236l-96-76Z" />
    <rect class="window" x="420" y="262" width="44" height="44" rx="4" /><rect class="window" x="520" y="262" width="44" height="44" rx="4" />
    <path class="bars" d="M442 262v44M420 284h44M542 262v44M520 284h44" /><rect class="door" x="474" y="318" width="36" height="70" rx="4" />
    <path class="radiator" d="M422 328v34M432 328v34M442 328v34M452 328v34M530 328v34M540 328v34M550 328v34M560 328v34" />
    <path class="heat" d="M428 146c-6-10 6-14 0-26M556 146c-6-10 6-14 0-26M588 186c-6-10 6-14 0-26" />
  </g>
</svg>`;

const scene = (name: string, drawing: Markup): Markup =>
  html`<svg class="scene scene-${name}" viewBox="0 0 320 180" aria-hidden="true" focusable="false"><rect class="sky" width="320" height="180" />${drawing}</svg>`;

export const shopPicture = scene('shop', html`
  <path class="floor" d="M0 148h320v32H0z" /><rect class="body" x="30" y="46" width="112" height="106" rx="8" /><rect class="pane" x="38" y="54" width="44" height="84" rx="4" /><rect class="pane" x="90" y="54" width="44" height="84" rx="4" />
  <path class="line" d="M38 80h44M38 108h44M90 80h44M90 108h44" /><path class="thing" d="M44 68h8v12h-8zM56 64h8v16h-8zM68 70h8v10h-8zM96 66h12v14H96zM112 70h14v10h-14zM44 94h14v14H44zM64 92h10v16H64zM96 96h8v12h-8zM108 92h8v16h-8zM44 122h10v16H44zM60 126h14v12H60zM96 124h14v14H96zM116 120h8v18h-8z" />
  <path class="body" d="M166 104h118a8 8 0 0 1 8 8v40H158v-40a8 8 0 0 1 8-8Z" /><path class="pane" d="M168 112h114v12H168z" /><circle class="thing" cx="186" cy="112" r="9" /><circle class="thing" cx="206" cy="112" r="9" /><rect class="thing" x="224" y="102" width="20" height="14" rx="3" /><rect class="thing" x="250" y="104" width="24" height="12" rx="3" />
  <path class="tube" d="M86 46V28h138v76" />`);

export const industryPicture = scene('industry', html`
  <path class="floor" d="M0 148h320v32H0z" /><rect class="body" x="36" y="62" width="70" height="88" rx="34" /><rect class="body" x="122" y="84" width="92" height="66" rx="10" /><circle class="pane" cx="150" cy="117" r="18" /><circle class="pane" cx="190" cy="117" r="12" />
  <path class="thing" d="M150 117l10-10-4 14zM150 117l-10 10 4-14z" /><path class="body" d="M232 56h58a8 8 0 0 1 8 8v86h-74V64a8 8 0 0 1 8-8Z" /><path class="line" d="M234 76h54M234 90h54M234 104h54M234 118h54M234 132h54" />
  <path class="tube" d="M71 62V36h96v48M167 36h94v20M106 128h16M214 128h10" /><circle class="thing" cx="71" cy="92" r="9" />`);

export const heatPicture = scene('heat', html`
  <path class="floor" d="M0 148h320v32H0z" /><path class="body" d="M40 150V88l66-46 66 46v62Z" /><path class="roofline" d="M28 94 106 40l78 54" /><rect class="lit" x="62" y="98" width="26" height="24" rx="3" /><rect class="lit" x="124" y="98" width="26" height="24" rx="3" /><rect class="pane" x="94" y="112" width="24" height="38" rx="3" />
  <rect class="body" x="206" y="92" width="84" height="58" rx="8" /><circle class="pane" cx="236" cy="121" r="20" /><path class="thing" d="M236 121c-2-10 2-16 8-18 0 7-1 13-8 18Zm0 0c10-2 16 2 18 8-7 0-13-1-18-8Zm0 0c2 10-2 16-8 18 0-7 1-13 8-18Zm0 0c-10 2-16-2-18-8 7 0 13 1 18 8Z" />
  <path class="line" d="M268 106h14M268 116h14M268 126h14M268 136h14" /><path class="tube" d="M206 132h-34" /><path class="warmth" d="M236 82c-5-8 5-12 0-21M258 82c-5-8 5-12 0-21M214 82c-5-8 5-12 0-21" />`);

/** The sign of the site: two halves of one ring, one cold and one warm. */
export const sign: Markup = html`<svg class="sign" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><path class="sign-cold" d="M16 4a12 12 0 0 0 0 24" /><path class="sign-warm" d="M16 4a12 12 0 0 1 0 24" /><circle class="sign-core" cx="16" cy="16" r="3.5" /></svg>`;
