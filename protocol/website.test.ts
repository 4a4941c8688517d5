import { expect, test } from "vitest"
import { isAmong, isOnPage } from "./website.ts"

test.each([
  ["shop.example", [], true],
  ["shop.example", ["shop.example"], true],
  ["www.shop.example", ["shop.example"], true],
  ["myshop.example", ["shop.example"], false],
  ["shop.example.evil.example", ["shop.example"], false],
  ["shop.example", ["www.shop.example"], false],
  ["", ["shop.example"], false],
])("%s among %j: %s", (host, domains, expected) => expect(isAmong(host, domains)).toBe(expected))

test.each([
  ["/pricing", [], true],
  ["/pricing", ["/pricing"], true],
  ["/pricing/", ["/pricing"], false],
  ["/shop/socks", ["/shop/*"], true],
  ["/shopping", ["/shop/*"], false],
  ["/anything", ["*"], true],
])("%s on %j: %s", (path, pages, expected) => expect(isOnPage(path, pages)).toBe(expected))
