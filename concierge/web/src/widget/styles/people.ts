import { css } from "lit";

/** Who is there: a portrait in the head; and where the customer wants to be written to, in the bar of the queue. */
export const people = css`
  .portrait {
    position: relative;
    flex: none;
    display: grid;
    place-items: center;
    inline-size: 40px;
    block-size: 40px;
    margin-inline-end: 12px;
    font-size: 13px;
    letter-spacing: 0.04em;
    border: 1px solid var(--line);
    border-radius: 50%;
    overflow: hidden;
  }
  .portrait img {
    position: absolute;
    inset: 0;
    inline-size: 100%;
    block-size: 100%;
    object-fit: cover;
  }
  time + [data-read] {
    margin-block-start: 0;
  }
  .address {
    flex: 1 1 100%;
  }
  .address summary {
    display: inline-block;
    min-block-size: 28px;
    cursor: pointer;
    text-decoration: underline;
    text-decoration-thickness: 1px;
    text-underline-offset: 4px;
  }
  .address .fields {
    margin-block: 8px 6px;
    padding: 14px 16px;
    background: var(--paper);
  }
  .earlier {
    flex: 1 1 100%;
    margin: 0;
    padding: 0;
    list-style: none;
    max-block-size: 40cqh;
    overflow-y: auto;
  }
  .earlier button {
    display: block;
    inline-size: 100%;
    min-block-size: 44px;
    padding-block: 8px;
    border-block-end: 1px solid var(--line);
    overflow-wrap: anywhere;
  }
  .earlier small {
    display: block;
    font-size: 12px;
    color: var(--quiet);
  }
  .earlier button:hover span {
    text-decoration: underline;
    text-underline-offset: 4px;
  }
  .device {
    flex-wrap: nowrap;
    align-items: start;
  }
  .device div {
    flex: 1;
    min-inline-size: 0;
  }
  .device input {
    inline-size: 100%;
    margin-block: 8px;
    padding: 6px 0;
    font: inherit;
    font-size: 16px;
    color: var(--quiet);
    background: none;
    border: 0;
    border-block-end: 1px solid var(--quiet);
    border-radius: 0;
    text-overflow: ellipsis;
  }
  /* A camera reads dark on light, in whatever theme. */
  .code {
    flex: none;
    inline-size: 132px;
    block-size: 132px;
    background: #fff;
    forced-color-adjust: none;
  }
  .code path {
    fill: #000;
    stroke: none;
  }
  @media (pointer: coarse) {
    .address summary {
      min-block-size: 44px;
      align-content: center;
    }
  }
`;
