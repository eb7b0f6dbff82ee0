import { expect, it } from "vitest";
import { sentence } from "../src/widget/forms.js";

it("says what was filled in as it would be written, and leaves no comma behind for what was not", () => {
  const address = "{street}, {postcode} {town}";
  expect(sentence(address, { street: "12 rue de la Paix", postcode: "75002", town: "Paris" })).toBe("12 rue de la Paix, 75002 Paris");
  expect(sentence(address, { street: "1 Marina Walk", postcode: "", town: "Dubai" })).toBe("1 Marina Walk, Dubai");
  expect(sentence("{order_number}, {email}", { order_number: "", email: "c@example.com" })).toBe("c@example.com");
  expect(sentence("{name}, {postcode}", { name: "{postcode}", postcode: "$&" })).toBe("{postcode}, $&");
});
