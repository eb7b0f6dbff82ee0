/** The products as drawn silhouettes: no photograph, nothing to download. As files they are made by pieces.ts. */

import { svg, type SVGTemplateResult } from "lit";

export const drawings = {
  hourglass: svg`
    <path class="line" d="M148 150c0-64 24-92 52-92s52 28 52 92" />
    <path class="solid" d="M78 150h244c-14 26-14 44 2 72 12 22 16 42 14 70-38 12-88 18-138 18s-100-6-138-18c-2-28 2-48 14-70 16-28 16-46 2-72z" />
    <path class="cut" d="M78 150c34 12 78 18 122 18s88-6 122-18" />
    <path class="cut" d="M186 160v42h28v-42M186 180h28" />`,
  crescent: svg`
    <path class="line" d="M96 168C104 96 150 62 200 62s96 34 104 106" />
    <path class="solid" d="M66 168h268c10 66-42 132-134 132S56 234 66 168z" />
    <path class="cut" d="M66 168c40 22 228 22 268 0M112 196l-10 46M288 196l10 46M164 206h72" />
    <circle class="stud" cx="112" cy="190" r="5" /><circle class="stud" cx="288" cy="190" r="5" />
    <circle class="stud" cx="164" cy="206" r="5" /><circle class="stud" cx="236" cy="206" r="5" />`,
  tote: svg`
    <path class="line" d="M138 146c0-56 20-84 62-84s62 28 62 84" />
    <path class="solid" d="M92 146h216l22 150c-40 10-84 14-130 14s-90-4-130-14z" />
    <path class="cut" d="M86 190c70 16 158 16 228 0M140 146l-8 52M260 146l8 52" />
    <circle class="stud" cx="134" cy="184" r="5" /><circle class="stud" cx="266" cy="184" r="5" />`,
  sole: svg`
    <path class="solid" d="M62 226c2-42 12-74 30-96l52-4c14 30 44 46 84 60 46 16 92 18 110 44l2 22z" />
    <path class="pale" d="M54 252c0-16 4-22 10-26l276 4c10 4 12 12 10 22z" />
    <path class="solid" d="M52 252h300l-4 18H58z" /><path class="pale" d="M58 270h292c2 14-6 24-20 24H76c-12 0-18-10-18-24z" />
    <path class="cut" d="M144 126l-14 62M164 152l-24 26M186 166l-22 26M208 178l-20 26M62 226c60-2 200-2 276 4" />`,
  sock: svg`
    <path class="solid" d="M122 76h78c-4 52 2 96 34 126 26 24 66 28 86 46 6 6 6 14 4 20H110c-8-52-2-130 12-192z" />
    <path class="pale" d="M106 262h222c2 18-6 30-24 30H126c-12 0-20-10-20-30z" />
    <path class="cut" d="M118 100h82M114 120h86" />`,
  track: svg`
    <path class="solid" d="M66 220c4-36 14-64 30-84l46-6c18 26 48 42 86 54 44 14 88 18 106 40l4 20z" />
    <path class="pale" d="M56 244h286c10 20 4 44-16 46l-34-10-40 12-44-12-46 12-44-12-30 10c-26-4-36-22-32-46z" />
    <path class="cut" d="M92 150l60 66M78 186l40 34M150 138l-10 40 60 36M226 184l-30 34M270 198l-16 24M66 220c70 10 190 8 272 4" />`,
  coat: svg`
    <path class="solid" d="M172 58h56c46 12 84 54 92 118 4 38-8 96-16 138l-40-6-4 16H140l-4-16-40 6c-8-42-20-100-16-138 8-64 46-106 92-118z" />
    <path class="cut" d="M172 58c4 18 14 30 28 36 14-6 24-18 28-36M200 94v230M136 308c4-50 2-92-6-132M264 308c-4-50-2-92 6-132" />
    <circle class="stud" cx="212" cy="140" r="4.5" /><circle class="stud" cx="212" cy="196" r="4.5" />`,
  shades: svg`
    <path class="solid" d="M56 166h124c6 0 8 4 8 10l-6 42c-2 12-8 18-20 18H86c-12 0-18-6-20-18zM220 166h124l-10 52c-2 12-8 18-20 18h-76c-12 0-18-6-20-18l-6-42c0-6 2-10 8-10z" />
    <path class="thick" d="M180 176c12-8 28-8 40 0" /><path class="line" d="M56 168L34 156M344 168l22-12" />
    <path class="cut" d="M78 182l22 38M242 182l22 38" />`,
  ring: svg`
    <ellipse class="thick" cx="200" cy="206" rx="86" ry="92" /><ellipse class="line" cx="200" cy="206" rx="68" ry="74" />
    <path class="solid" d="M152 98h96l14 26c-36-14-88-14-124 0z" /><path class="cut" d="M176 98l-8 18M224 98l8 18" />`,
  flacon: svg`
    <path class="pale" d="M132 150h136c10 0 16 6 16 16v128c0 12-8 18-18 18H134c-10 0-18-6-18-18V166c0-10 6-16 16-16z" />
    <path class="solid" d="M128 222h144v72c0 6-4 8-8 8H136c-4 0-8-2-8-8z" />
    <path class="solid" d="M168 92h64v44h-64z" /><path class="line" d="M176 136v14h48v-14" />
    <path class="thin" d="M132 150h136c10 0 16 6 16 16v128c0 12-8 18-18 18H134c-10 0-18-6-18-18V166c0-10 6-16 16-16z" />`,
};

export type ShapeName = keyof typeof drawings;

export function shape(name: ShapeName, label = ""): SVGTemplateResult {
  return svg`<svg class="shape" viewBox="0 0 400 370" role=${label ? "img" : "presentation"} aria-label=${label}>
    <ellipse class="shadow" cx="200" cy="318" rx="150" ry="9" />${drawings[name]}
  </svg>`;
}
