import { css } from "lit";

/** The launcher, and what everything else is built on. */
export const base = css`
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
  .icon {
    display: grid;
    place-items: center;
    inline-size: 44px;
    block-size: 44px;
  }
  .icon:hover {
    background: var(--soft);
  }
  @media (forced-colors: active) {
    .launcher,
    .count {
      border: 1px solid;
    }
  }
  @media print {
    .launcher {
      display: none;
    }
  }
`;
