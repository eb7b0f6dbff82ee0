import { css, unsafeCSS } from "lit";
import progress from "../../shared/progress.css?inline";

export const files = css`
  ${unsafeCSS(progress)}
  .attach {
    margin-inline: -12px 4px;
    color: var(--quiet);
  }
  .attach:hover {
    color: var(--ink);
  }
  input + .attach {
    margin-inline-start: -8px;
  }
  .drop {
    margin: 0;
    padding: 14px 28px;
    border-block-start: 1px dashed var(--ink);
    font-size: 13.5px;
    text-align: center;
  }
  .tray {
    max-block-size: 40%;
    overflow-y: auto;
    margin: 0;
    padding: 4px 8px 4px 28px;
    padding-inline: 28px 8px;
    border-block-start: 1px solid var(--line);
    list-style: none;
  }
  .tray li {
    display: flex;
    align-items: center;
    gap: 14px;
    min-block-size: 64px;
  }
  .tray canvas,
  .tray .paper,
  .sent .paper {
    flex: none;
    inline-size: 48px;
    block-size: 48px;
    background: var(--soft);
  }
  .paper {
    display: grid;
    place-items: center;
    font-size: 11px;
    letter-spacing: 0.06em;
    color: var(--quiet);
  }
  .piece {
    flex: 1;
    min-inline-size: 0;
    font-size: 13.5px;
    line-height: 1.4;
    text-align: start;
  }
  .piece .title {
    display: block;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .piece small {
    display: block;
    font-size: 12px;
    color: var(--quiet);
  }
  .piece .problem {
    color: var(--accent);
  }
  .tray progress {
    margin-block-start: 6px;
  }
  .sent {
    display: flex;
    flex-wrap: wrap;
    align-items: center;
    gap: 12px;
    inline-size: 240px;
    max-inline-size: 100%;
    padding: 12px;
    border: 1px solid var(--line);
  }
  .sent:hover:not(:disabled) {
    border-color: var(--ink);
  }
  .sent canvas {
    flex: 1 0 100%;
    inline-size: 100%;
    block-size: 180px;
    background: var(--soft);
  }
  .sent canvas[hidden] {
    display: none;
  }
  .customer .sent {
    margin-inline-start: auto;
  }
  @media (max-width: 600px), (max-height: 480px) and (pointer: coarse) {
    .tray,
    .drop {
      padding-inline: 20px 4px;
    }
  }
  @container panel (max-height: 480px) {
    .tray li {
      min-block-size: 52px;
    }
    .tray canvas,
    .tray .paper {
      inline-size: 36px;
      block-size: 36px;
    }
    .sent canvas {
      block-size: 110px;
    }
  }
  @media (forced-colors: active) {
    .sent {
      border: 1px solid;
    }
  }
`;
