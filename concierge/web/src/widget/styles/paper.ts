/** A style sheet of the printing alone. */
function css([text]: TemplateStringsArray): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text!);
  return sheet;
}

/** The page around a conversation that is printed: not there on paper, as the conversation is not on the screen. */
export const aroundPaper = css`
  @media screen {
    #concierge-paper {
      display: none !important;
    }
  }
  @media print {
    body > *:not(#concierge-paper) {
      display: none !important;
    }
  }
`;

/** Of the widget itself. */
export const notOnPaper = css`
  @media print {
    :host {
      display: none !important;
    }
  }
`;

export const paper = css`
  :host {
    all: initial;
    display: block;
    font: 11pt/1.5 Archivo, "Helvetica Neue", Arial, sans-serif;
    color: #000;
  }
  h1 {
    margin: 0 0 10mm;
    font-size: 16pt;
    font-weight: 500;
  }
  h2 {
    margin: 8mm 0 4mm;
    padding-block-end: 1mm;
    font-size: 11pt;
    font-weight: 500;
    border-block-end: 0.5pt solid #999;
  }
  h3 {
    margin: 0;
    font-size: 9pt;
    font-weight: 500;
  }
  time {
    font-weight: 400;
    color: #555;
  }
  section {
    margin-block-end: 4mm;
    overflow-wrap: anywhere;
  }
  h2,
  h3 {
    break-after: avoid;
  }
  p,
  ul,
  ol {
    margin: 0 0 1.5mm;
  }
  a {
    color: inherit;
  }
`;
