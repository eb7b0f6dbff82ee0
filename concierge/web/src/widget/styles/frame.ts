import { css } from "lit";

/** The launcher, the panel, and what stands in it at times. */
export const frame = css`
  /* A page's own rules for everything, * { color: red }, reach the element and would go before what is said here. */
  :host {
    all: initial !important;
    --accent: var(--concierge-accent, #7a1620) !important;
    --ink: var(--concierge-ink, #0d0d0d) !important;
    --paper: var(--concierge-paper, #fff) !important;
    --soft: color-mix(in srgb, var(--ink) 5%, var(--paper)) !important;
    --line: color-mix(in srgb, var(--ink) 14%, var(--paper)) !important;
    --quiet: color-mix(in srgb, var(--ink) 64%, var(--paper)) !important;
    --edge: clamp(16px, 3vw, 32px) !important;
    font: 400 15px/1.5 var(--concierge-font, "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif) !important;
    color: var(--ink) !important;
  }
  :host([theme="ink"]) {
    --accent: var(--concierge-accent, #e2949b) !important;
    --ink: var(--concierge-ink, #f4f2ef) !important;
    --paper: var(--concierge-paper, #111) !important;
    color-scheme: dark !important;
  }
  @media (prefers-color-scheme: dark) {
    :host([theme="auto"]) {
      --accent: var(--concierge-accent, #e2949b) !important;
      --ink: var(--concierge-ink, #f4f2ef) !important;
      --paper: var(--concierge-paper, #111) !important;
      color-scheme: dark !important;
    }
  }
  :host([hidden]) {
    display: none !important;
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  button {
    font: inherit;
    color: inherit;
    letter-spacing: inherit;
    background: none;
    border: 0;
    padding: 0;
    margin: 0;
    cursor: pointer;
    text-align: inherit;
    border-radius: 0;
  }
  button:disabled {
    cursor: default;
  }
  :focus-visible {
    outline: 2px solid var(--ink);
    outline-offset: 2px;
  }
  .unseen {
    position: absolute;
    inline-size: 1px;
    block-size: 1px;
    overflow: hidden;
    clip-path: inset(50%);
    white-space: nowrap;
  }
  svg {
    display: block;
    inline-size: 20px;
    block-size: 20px;
    fill: none;
    stroke: currentColor;
    stroke-width: 1.25;
  }

  .launcher {
    position: fixed;
    inset-block-end: max(var(--edge), env(safe-area-inset-bottom));
    inset-inline-end: max(var(--edge), env(safe-area-inset-right));
    z-index: var(--concierge-layer, 2147483000);
    display: flex;
    align-items: center;
    gap: 12px;
    min-block-size: 48px;
    padding-inline: 22px;
    background: var(--ink);
    color: var(--paper);
    font-size: 12px;
    font-weight: 500;
    letter-spacing: 0.08em;
    text-transform: uppercase;
    border: 1px solid var(--ink);
    transition: background-color 0.2s, color 0.2s;
  }
  .launcher:hover {
    background: var(--paper);
    color: var(--ink);
  }
  .count {
    min-inline-size: 20px;
    padding-inline: 6px;
    background: var(--accent);
    color: var(--paper);
    font-size: 11px;
    line-height: 20px;
    letter-spacing: 0;
    text-align: center;
    border-radius: 10px;
  }

  .panel {
    position: fixed;
    inset-block-end: max(var(--edge), env(safe-area-inset-bottom));
    inset-inline-end: max(var(--edge), env(safe-area-inset-right));
    z-index: var(--concierge-layer, 2147483000);
    inline-size: min(420px, calc(100vw - 2 * var(--edge)));
    block-size: min(720px, calc(100dvh - 2 * var(--edge)));
    container: panel / size;
    background: var(--paper);
    border: 1px solid var(--line);
    box-shadow: 0 24px 64px rgb(0 0 0 / 0.14);
  }
  .sheet {
    display: flex;
    flex-direction: column;
    block-size: 100%;
  }
  .top {
    display: flex;
    align-items: center;
    gap: 4px;
    padding: 20px 12px 18px 28px;
    padding-inline: 28px 12px;
    border-block-end: 1px solid var(--line);
  }
  .who {
    flex: 1;
    min-inline-size: 0;
  }
  .who h2 {
    margin: 0;
    font-size: 16px;
    font-weight: 500;
    line-height: 1.3;
    overflow-wrap: anywhere;
  }
  .who p {
    margin: 1px 0 0;
    font-size: 12.5px;
    line-height: 1.4;
    color: var(--quiet);
  }
  .icon {
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
  }
  .icon:hover {
    background: var(--soft);
  }

  .bar {
    display: flex;
    flex-wrap: wrap;
    align-items: baseline;
    gap: 6px 20px;
    padding: 14px 28px;
    background: var(--soft);
    border-block-end: 1px solid var(--line);
    font-size: 13.5px;
    line-height: 1.45;
  }
  .bar p {
    margin: 0;
    flex: 1 1 100%;
  }
  .bar p + p {
    color: var(--quiet);
    margin-block-start: -4px;
  }
  .link {
    min-block-size: 28px;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 4px;
  }
  .link:hover {
    text-decoration-thickness: 2px;
  }
  .note {
    padding-block: 10px;
  }

  .log {
    flex: 1;
    min-block-size: 0;
    overflow-y: auto;
    overscroll-behavior: contain;
    padding: 24px 28px 12px;
    display: flex;
    flex-direction: column;
  }
  .log:focus-visible {
    outline-offset: -3px;
  }
  .log > :first-child {
    margin-block-start: auto;
  }
  .outgoing {
    display: contents;
  }
  .welcome {
    flex: 1 0 auto;
    display: flex;
    flex-direction: column;
  }
  .welcome h3 {
    margin: 0;
    padding-block: 12px 14px;
    font-size: 32px;
    font-weight: 400;
    line-height: 1.14;
    letter-spacing: -0.015em;
    text-wrap: balance;
  }
  .starters {
    margin: auto 0 0;
    padding: 0;
    list-style: none;
  }
  .starter {
    display: flex;
    align-items: center;
    justify-content: space-between;
    gap: 16px;
    inline-size: 100%;
    min-block-size: 58px;
    padding-block: 12px;
    font-size: 16px;
    border-block-start: 1px solid var(--line);
  }
  .go {
    flex: none;
    color: var(--quiet);
    transition: translate 0.2s;
  }
  .starter:hover .go {
    translate: 4px;
    color: var(--ink);
  }
  [dir="rtl"] .go {
    scale: -1 1;
  }
  .welcome > p {
    margin: 0 0 28px;
    color: var(--quiet);
    max-inline-size: 34ch;
  }
`;
