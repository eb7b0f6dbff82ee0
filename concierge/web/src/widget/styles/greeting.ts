import { css } from "lit";

/** Fetched with the greeting. */
export const greeting = css`
  .greeting {
    position: fixed;
    inset-block-end: calc(max(var(--edge), env(safe-area-inset-bottom)) + 60px);
    inset-inline-end: max(var(--edge), env(safe-area-inset-right));
    z-index: var(--concierge-layer, 2147483000);
  }
  .hail {
    display: flex;
    align-items: flex-start;
    max-inline-size: min(320px, calc(100vw - 2 * var(--edge)));
    background: var(--paper);
    border: 1px solid var(--line);
    box-shadow: 0 12px 32px rgb(0 0 0 / 0.1);
  }
  .hailed {
    flex: 1;
    padding: 14px 4px 14px 18px;
    padding-inline: 18px 4px;
    min-block-size: 44px;
  }
`;
