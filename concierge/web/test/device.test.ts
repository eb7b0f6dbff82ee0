import { expect, it } from "vitest";
import { squares } from "../src/widget/device.js";

it("draws the three finders of a code, within its quiet zone", () => {
  const { size, path } = squares(`https://shop.example/#concierge-link=${"x".repeat(240)}`);
  const dark = new Set(path.match(/M\d+ \d+/g));
  expect(size).toBeGreaterThan(40);
  for (const [x, y] of [[3, 3], [size - 10, 3], [3, size - 10]] as const) {
    expect(dark.has(`M${x} ${y}`)).toBe(true);
    expect(dark.has(`M${x + 1} ${y + 1}`)).toBe(false);
  }
  expect(path).not.toMatch(/M[0-2] /);
});
