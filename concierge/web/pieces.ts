/** The shop's drawings as files, for what shows a piece elsewhere than on its page: an order's card. */

import type { Plugin } from "vite";
import { drawings } from "./src/shop/shapes.js";

// As shop.css has them; a picture of its own is reached by no page's style sheet.
const LINE = 'fill="none" stroke="#141414" stroke-width';
const LOOKS: Record<string, string> = {
  solid: 'fill="#141414"',
  pale: 'fill="#fbfaf8"',
  stud: 'fill="#c9c6c0"',
  line: `${LINE}="7"`,
  thick: `${LINE}="16"`,
  thin: `${LINE}="1.5"`,
  cut: 'fill="none" stroke="#5b5955" stroke-width="1.5"',
};

export const pieces: Plugin = {
  name: "pieces",
  generateBundle() {
    for (const [name, { strings }] of Object.entries(drawings)) {
      const drawn = strings.join("").replace(/class="(\w+)"/g, (_, look: string) => LOOKS[look]!).replace(/\s*\n\s*/g, "");
      const source = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="20 10 360 360">${drawn}</svg>\n`;
      this.emitFile({ type: "asset", fileName: `pieces/${name}.svg`, source });
    }
  },
};
