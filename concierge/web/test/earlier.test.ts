import { expect, it } from "vitest";
import { earlier } from "../src/widget/earlier.js";
import { Store } from "../src/widget/storage.js";

it("removes from the device what was put away more than a month ago", () => {
  const store = new Store("x"); // without a browser: in memory
  const day = 86_400_000;
  const put = (conversation: string, active: number): object => ({ session: { token: "t", conversation, active }, title: "Hello" });
  store.earlier = JSON.stringify([put("later", 20 * day), put("before", 0)]);
  expect(earlier(store, 40 * day).map(({ session }) => session.conversation)).toEqual(["later"]);
  expect(store.earlier).not.toContain("before");
  expect(earlier(store, 60 * day)).toEqual([]);
  expect(store.earlier).toBeNull();
});
