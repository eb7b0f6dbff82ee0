import { css, unsafeCSS } from "lit";
import { WIDE as WIDE_QUERY } from "../sheet.js";
import { PHONE as PHONE_QUERY } from "../viewport.js";

const PHONE = unsafeCSS(PHONE_QUERY);
const WIDE = unsafeCSS(WIDE_QUERY);

/** Below the messages; then what changes on a phone, in little room, with less motion, in forced colours and on paper. */
export const modes = css`
  .below {
    display: flex;
    align-items: center;
  }
  .thinking {
    flex: 1;
    min-inline-size: 0;
    min-block-size: 30px;
    padding: 4px 28px 8px;
    font-size: 13px;
    color: var(--quiet);
    display: flex;
    align-items: center;
    gap: 12px;
  }
  .pulse {
    inline-size: 22px;
    block-size: 1px;
    background: currentColor;
  }
  .latest {
    margin-inline-end: 28px;
    font-size: 13px;
  }

  form {
    display: flex;
    align-items: flex-end;
    border-block-start: 1px solid var(--line);
    padding: 6px 8px 6px 28px;
    padding-inline: 28px 8px;
  }
  form:focus-within {
    border-block-start-color: var(--ink);
    box-shadow: inset 0 1px var(--ink);
  }
  textarea:focus-visible {
    outline: none;
  }
  textarea {
    flex: 1;
    min-inline-size: 0;
    block-size: 52px;
    max-block-size: 168px;
    padding: 15px 0 12px;
    font: inherit;
    font-size: 16px;
    line-height: 1.5;
    color: inherit;
    background: none;
    border: 0;
    border-radius: 0;
    resize: none;
    overflow-y: auto;
  }
  textarea::placeholder {
    color: var(--quiet);
    opacity: 1;
  }
  form .icon {
    margin-block-end: 4px;
  }
  form .icon:disabled {
    color: var(--quiet);
    background: none;
  }
  .limit {
    padding: 0 28px 12px;
    font-size: 12px;
    color: var(--quiet);
  }
  .limit.over {
    color: var(--accent);
  }

  @media (pointer: coarse) {
    .link,
    .reply {
      min-block-size: 44px;
    }
  }
  @media ${PHONE} {
    .panel {
      inset: 0;
      inline-size: 100%;
      block-size: var(--visible-height, 100dvh);
      inset-block-start: var(--visible-top, 0);
      border: 0;
      box-shadow: none;
      padding-block-end: env(safe-area-inset-bottom);
      padding-inline: env(safe-area-inset-left) env(safe-area-inset-right);
    }
    .panel[data-height="half"] {
      inset-block-start: auto;
      block-size: min(460px, calc(var(--visible-height, 100dvh) * 0.62));
      border-block-start: 1px solid var(--line);
    }
    .scrim {
      position: fixed;
      inset: 0;
      z-index: var(--concierge-layer, 2147483000);
      background: rgb(0 0 0 / 0.28);
    }
    .grip {
      position: absolute;
      inset-block-start: 0;
      inset-inline: calc(50% - 44px);
      block-size: 24px;
      touch-action: none;
      z-index: 1;
    }
    .grip::before {
      content: "";
      position: absolute;
      inset-block-start: 8px;
      inset-inline: 28px;
      block-size: 3px;
      background: var(--line);
    }
    .top {
      padding-block: max(18px, env(safe-area-inset-top)) 12px;
      padding-inline: 20px 6px;
    }
    .log,
    .bar,
    .thinking,
    .limit {
      padding-inline: 20px;
    }
    .latest {
      margin-inline-end: 20px;
    }
    form {
      padding-inline: 20px 4px;
    }
  }
  @media ${WIDE} {
    :host([docked]) .panel {
      inset-block: 0;
      inset-inline-end: 0;
      block-size: 100dvh;
      border-width: 0;
      border-inline-start-width: 1px;
      box-shadow: none;
    }
  }
  /* Beside a phone's keyboard, or enlarged: the conversation needs the room more than what surrounds it. */
  @container panel (max-height: 480px) {
    .top {
      padding-block: max(4px, env(safe-area-inset-top)) 4px;
    }
    .bar {
      padding-block: 6px;
      gap: 0 20px;
    }
    .bar p {
      flex: 1 1 auto;
    }
    .bar p + p,
    .who p {
      display: none;
    }
    .log {
      padding-block-start: 12px;
    }
    .welcome h3 {
      padding-block: 8px 8px;
      font-size: 22px;
    }
    .starter {
      min-block-size: 48px;
    }
    .welcome > p {
      margin-block-end: 14px;
    }
    .thinking {
      min-block-size: 8px;
      padding-block: 2px;
    }
    textarea {
      max-block-size: 100px;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .panel {
      animation: rise 0.2s cubic-bezier(0.2, 0, 0, 1);
    }
    @keyframes rise {
      from {
        opacity: 0;
        transform: translateY(12px);
      }
    }
  }
  @media (forced-colors: active) {
    .customer .words,
    .reply.chosen {
      border: 1px solid;
    }
    .pulse,
    .grip::before {
      background: CanvasText;
    }
    form:focus-within {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
  @media print {
    form {
      display: none;
    }
  }
`;
