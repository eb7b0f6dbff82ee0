import { svg } from "lit";

export const icons = {
  close: svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M4.5 4.5l11 11M15.5 4.5l-11 11" /></svg>`,
  send: svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M10 16.5v-13M4.5 9L10 3.5 15.5 9" /></svg>`,
  go: svg`<svg class="go" viewBox="0 0 20 20" aria-hidden="true"><path d="M3.5 10h13M11.5 4.5L17 10l-5.5 5.5" /></svg>`,
  menu: svg`<svg viewBox="0 0 20 20" aria-hidden="true"><path d="M3.5 7h13M3.5 13h13" /></svg>`,
};
