import { css } from "lit";

/** A host page may set --concierge-accent, --concierge-font, --concierge-ink, --concierge-paper and --concierge-layer. */
export const styles = css`
  :host {
    --accent: var(--concierge-accent, #7a1620);
    --ink: var(--concierge-ink, #0d0d0d);
    --paper: var(--concierge-paper, #fff);
    --soft: color-mix(in srgb, var(--ink) 5%, var(--paper));
    --line: color-mix(in srgb, var(--ink) 14%, var(--paper));
    --quiet: color-mix(in srgb, var(--ink) 64%, var(--paper));
    --edge: clamp(16px, 3vw, 32px);
    font: 400 15px/1.5 var(--concierge-font, "Helvetica Neue", Helvetica, Arial, "Liberation Sans", sans-serif);
    color: var(--ink);
    letter-spacing: normal;
    text-align: start;
  }
  :host([hidden]) {
    display: none;
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
    inset-inline-end: var(--edge);
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
    color: #fff;
    font-size: 11px;
    line-height: 20px;
    letter-spacing: 0;
    text-align: center;
    border-radius: 10px;
  }

  .panel {
    position: fixed;
    inset-block-end: max(var(--edge), env(safe-area-inset-bottom));
    inset-inline-end: var(--edge);
    z-index: var(--concierge-layer, 2147483000);
    display: flex;
    flex-direction: column;
    inline-size: min(420px, calc(100vw - 2 * var(--edge)));
    block-size: min(720px, calc(100dvh - 2 * var(--edge)));
    background: var(--paper);
    border: 1px solid var(--line);
    box-shadow: 0 24px 64px rgb(0 0 0 / 0.14);
  }
  header {
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
    margin-block-end: auto;
  }
  .welcome h3 {
    margin: 0;
    padding-block: 32px 14px;
    font-size: 26px;
    font-weight: 400;
    line-height: 1.18;
    letter-spacing: -0.015em;
    text-wrap: balance;
  }
  .welcome > p {
    margin: 0 0 28px;
    color: var(--quiet);
    max-inline-size: 34ch;
  }
  .day {
    margin: 18px 0 14px;
    font-size: 12px;
    color: var(--quiet);
    text-align: center;
  }
  .event {
    margin: 16px 12px 0;
    font-size: 13px;
    line-height: 1.45;
    color: var(--quiet);
    text-align: center;
    text-wrap: balance;
  }
  .message {
    max-inline-size: 92%;
    margin-block-start: 6px;
    overflow-wrap: anywhere;
  }
  .message.first {
    margin-block-start: 20px;
  }
  .message.customer {
    align-self: flex-end;
    max-inline-size: 84%;
  }
  .name {
    display: block;
    margin-block-end: 4px;
    font-size: 12px;
    color: var(--quiet);
  }
  .customer .words {
    padding: 10px 16px;
    background: var(--ink);
    color: var(--paper);
    border: 1px solid transparent;
  }
  .customer .words a {
    color: inherit;
  }
  .advisor {
    padding-inline-start: 14px;
    border-inline-start: 1px solid var(--accent);
  }
  .words p,
  .words ul,
  .words ol {
    margin: 0;
  }
  .words * + p,
  .words * + ul,
  .words * + ol {
    margin-block-start: 10px;
  }
  .words ul,
  .words ol {
    padding-inline-start: 20px;
  }
  .words li + li {
    margin-block-start: 4px;
  }
  .words strong {
    font-weight: 600;
  }
  a {
    color: inherit;
    text-underline-offset: 3px;
    text-decoration-thickness: 1px;
  }
  .time {
    display: block;
    margin-block-start: 6px;
    font-size: 11.5px;
    color: var(--quiet);
  }
  .customer .time,
  .customer .failure {
    text-align: end;
  }
  .failure {
    margin-block-start: 6px;
    font-size: 12.5px;
    color: var(--accent);
  }
  .failure .link {
    margin-inline-start: 10px;
    color: var(--ink);
  }
  .pending .words {
    opacity: 0.62;
  }

  .replies {
    display: flex;
    flex-direction: column;
    align-items: flex-start;
    gap: 8px;
    margin: 14px 0 4px;
    padding: 0;
    list-style: none;
  }
  .reply {
    min-block-size: 40px;
    padding: 8px 16px;
    border: 1px solid var(--ink);
    line-height: 1.4;
    transition: background-color 0.2s, color 0.2s;
  }
  .reply:hover:not(:disabled) {
    background: var(--ink);
    color: var(--paper);
  }
  .reply:disabled {
    border-color: var(--line);
    color: var(--quiet);
  }
  .reply.chosen {
    border-color: var(--ink);
    color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
  }

  .card {
    margin-block-start: 12px;
    border: 1px solid var(--line);
    padding: 18px 20px;
  }
  .card img,
  .picture {
    display: block;
    max-inline-size: 100%;
    margin-block-end: 14px;
  }
  .card header {
    display: flex;
    align-items: baseline;
    justify-content: space-between;
    gap: 12px;
    padding: 0;
    border: 0;
  }
  .card h4 {
    margin: 0;
    font-size: 15px;
    font-weight: 500;
  }
  .badge {
    font-size: 12.5px;
    color: var(--accent);
    text-align: end;
  }
  .card p {
    margin: 2px 0 0;
    font-size: 13.5px;
    color: var(--quiet);
  }
  .card ul,
  .card dl {
    margin: 14px 0 0;
    padding: 12px 0 0;
    border-block-start: 1px solid var(--line);
    list-style: none;
    font-size: 13.5px;
    line-height: 1.45;
  }
  .card li,
  .card dl div {
    display: flex;
    justify-content: space-between;
    gap: 16px;
  }
  .card li + li,
  .card dl div + div {
    margin-block-start: 8px;
  }
  .card small {
    display: block;
    font-size: 12.5px;
    color: var(--quiet);
  }
  .card dt {
    color: var(--quiet);
  }
  .card dd {
    margin: 0;
    text-align: end;
  }
  .card .value {
    white-space: nowrap;
  }
  .card .more {
    display: inline-block;
    margin-block-start: 14px;
    font-size: 13.5px;
  }

  .below {
    position: relative;
  }
  .thinking {
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
    position: absolute;
    inset-block-end: calc(100% + 8px);
    inset-inline-end: 28px;
    padding: 6px 14px;
    background: var(--paper);
    border: 1px solid var(--ink);
    font-size: 12.5px;
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

  @media (max-width: 600px) {
    .panel {
      inset: 0;
      inline-size: 100%;
      block-size: var(--visible-height, 100dvh);
      inset-block-start: var(--visible-top, 0);
      border: 0;
      box-shadow: none;
      padding-block-end: env(safe-area-inset-bottom);
    }
    header {
      padding-block: max(14px, env(safe-area-inset-top)) 12px;
      padding-inline: 20px 6px;
    }
    .card header {
      padding: 0;
    }
    .log,
    .bar,
    .thinking,
    .limit {
      padding-inline: 20px;
    }
    form {
      padding-inline: 20px 4px;
    }
  }
  @media (prefers-reduced-motion: no-preference) {
    .panel {
      animation: rise 0.24s cubic-bezier(0.2, 0, 0, 1);
    }
    .pulse {
      transform-origin: 0 50%;
      animation: breathe 2.4s ease-in-out infinite alternate;
    }
    @keyframes rise {
      from {
        opacity: 0;
        transform: translateY(12px);
      }
    }
    @keyframes breathe {
      from {
        transform: scaleX(0.3);
      }
    }
  }
  @media (forced-colors: active) {
    .launcher,
    .count,
    .customer .words,
    .reply.chosen {
      border: 1px solid;
    }
    .pulse {
      background: CanvasText;
    }
    form:focus-within {
      outline: 2px solid Highlight;
      outline-offset: -2px;
    }
  }
  @media print {
    .launcher,
    form {
      display: none;
    }
  }
`;
