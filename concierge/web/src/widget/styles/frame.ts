import { css } from "lit";

/** The panel, and what stands in it at times. */
export const frame = css`
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
    padding: 16px 0 0;
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
  .bar .hours {
    color: var(--quiet);
  }
  .welcome > p {
    margin: 0 0 12px;
    color: var(--quiet);
    max-inline-size: 36ch;
    text-wrap: pretty;
  }
`;
