import { css } from "lit";

/** Fetched with the first card. */
export const cards = css`
  .message[data-kind="cards"] {
    max-inline-size: 100%;
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
    font-size: 17px;
    font-weight: 500;
    line-height: 1.3;
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
  .card ul li,
  .card dl div {
    display: flex;
    justify-content: space-between;
    gap: 16px;
  }
  .card ul li + li,
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
  .card .piece {
    flex: 1;
  }
  .card li .picture {
    inline-size: 56px;
    block-size: 70px;
    margin: 0;
    object-fit: cover;
    background: var(--soft);
  }
  .card .lead {
    margin-block-start: 16px;
    color: var(--ink);
  }
  .lead span {
    display: block;
    font-size: 12.5px;
    color: var(--quiet);
  }
  .lead strong {
    font-size: 26px;
    font-weight: 400;
    line-height: 1.2;
    letter-spacing: -0.01em;
  }
  .card .way {
    display: flex;
    gap: 6px;
    margin: 18px 0 0;
    padding: 0;
    list-style: none;
    font-size: 12.5px;
    line-height: 1.35;
  }
  .way li {
    flex: 1;
    min-inline-size: 0;
    padding-block-start: 8px;
    border-block-start: 2px solid var(--line);
    color: var(--quiet);
  }
  .way .done {
    border-color: var(--ink);
  }
  .way [aria-current] {
    color: var(--ink);
    font-weight: 500;
  }
  .way small {
    font-size: 12px;
    font-weight: 400;
  }
  .card .more {
    display: block;
    padding: 11px 16px;
    border: 1px solid var(--ink);
    font-size: 15px;
    text-align: center;
    text-decoration: none;
  }
  .card .more:hover {
    background: var(--ink);
    color: var(--paper);
  }
`;
