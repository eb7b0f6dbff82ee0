import { css } from "lit";

export const messages = css`
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
    text-wrap: pretty;
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
    background: var(--paper);
    color: var(--ink);
    border: 1px dashed var(--quiet);
  }

  .replies {
    display: flex;
    flex-wrap: wrap;
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
  /* Offered earlier, and still there to be taken: it steps back behind what was said since. */
  .message:has(~ .customer) .reply:not(:hover) {
    border-color: var(--line);
  }
  .message .reply.chosen {
    border-color: var(--ink);
    color: var(--ink);
    box-shadow: inset 0 0 0 1px var(--ink);
  }
`;
