import { css } from "lit";

/** Fields beside a question. */
export const forms = css`
  .fields {
    display: block;
    margin-block: 14px 4px;
    padding: 18px 20px;
    border: 1px solid var(--line);
  }
  .fields:focus-within {
    border-color: var(--ink);
    box-shadow: none;
  }
  .message:has(.fields) {
    max-inline-size: 100%;
  }
  .field {
    margin: 0 0 14px;
    padding: 0;
    border: 0;
    min-inline-size: 0;
  }
  .field label,
  .field legend {
    display: block;
    padding: 0;
    font-size: 12.5px;
    color: var(--quiet);
  }
  .field input,
  .field select,
  .field textarea {
    inline-size: 100%;
    min-block-size: 44px;
    padding: 8px 0;
    font: inherit;
    font-size: 16px;
    color: inherit;
    background: var(--paper);
    border: 0;
    border-block-end: 1px solid var(--quiet);
    border-radius: 0;
  }
  .field select {
    inline-size: calc(50% - 8px);
    text-transform: capitalize;
  }
  .field select + select {
    margin-inline-start: 12px;
  }
  .field input::placeholder {
    color: var(--quiet);
    opacity: 1;
  }
  .field [aria-invalid] {
    border-color: var(--accent);
  }
  .wrong {
    font-size: 12.5px;
    color: var(--accent);
  }
  .wrong:not(:empty) {
    display: block;
    margin-block-start: 4px;
  }
  .scale {
    display: grid;
    grid-template-columns: repeat(5, 1fr);
    gap: 8px;
    margin-block-start: 8px;
  }
  .field .scale label {
    position: relative;
    display: grid;
    place-items: center;
    min-block-size: 44px;
    border: 1px solid var(--quiet);
    color: var(--ink);
    font-size: 15px;
    cursor: pointer;
  }
  .field .scale input {
    position: absolute;
    inset: 0;
    min-block-size: 0;
    margin: 0;
    opacity: 0;
    cursor: pointer;
  }
  .scale label:has(:checked) {
    background: var(--ink);
    color: var(--paper);
    border-color: var(--ink);
  }
  .scale label:has(:focus-visible) {
    outline: 2px solid var(--ink);
    outline-offset: 2px;
  }
  .ends {
    display: flex;
    justify-content: space-between;
    margin: 6px 0 0;
    font-size: 12.5px;
    color: var(--quiet);
  }
  .field textarea {
    resize: vertical;
  }
  .sendform {
    inline-size: 100%;
    min-block-size: 44px;
    text-align: center;
    background: var(--ink);
    color: var(--paper);
    border: 1px solid var(--ink);
  }
  .sendform:hover {
    background: var(--paper);
    color: var(--ink);
  }

  /* Items to choose among lie side by side; the next one shows its edge. */
  .message:has(.shelf) {
    max-inline-size: 100%;
  }
  .shelf {
    flex-wrap: nowrap;
    overflow-x: auto;
    overscroll-behavior-x: contain;
    scroll-snap-type: x proximity;
    padding-block-end: 8px;
  }
  .shelf li {
    flex: 0 0 44%;
    display: flex;
    scroll-snap-align: start;
  }
  .shelf .reply {
    inline-size: 100%;
    padding: 14px 16px;
    line-height: 1.35;
  }
  .shelf .reply > * {
    display: block;
  }
  .shelf small {
    margin-block-start: 4px;
    font-size: 12.5px;
    opacity: 0.85;
  }
  .shelf .picture {
    inline-size: 100%;
    aspect-ratio: 4 / 5;
    object-fit: cover;
    margin-block-end: 10px;
  }
`;
