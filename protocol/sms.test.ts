import { expect, test } from "vitest"
import { segmentsOf } from "./sms.ts"

const count = (text: string) => segmentsOf(text).segments

test("160 plain letters are one segment, 161 are two of at most 153", () => {
  expect(segmentsOf("")).toEqual({ segments: 0, left: 160, isUnicode: false })
  expect(segmentsOf("a".repeat(160))).toEqual({ segments: 1, left: 0, isUnicode: false })
  expect(segmentsOf("a".repeat(161))).toEqual({ segments: 2, left: 145, isUnicode: false })
  expect(count("a".repeat(306))).toBe(2)
  expect(count("a".repeat(307))).toBe(3)
})

test("letters of the GSM alphabet that are not ASCII are plain; brackets and the euro sign count twice", () => {
  expect(segmentsOf("é".repeat(160)).segments).toBe(1)
  expect(segmentsOf("€".repeat(80))).toEqual({ segments: 1, left: 0, isUnicode: false })
  expect(count("€".repeat(81))).toBe(2)
})

test("a letter that counts twice is not cut between two segments", () => {
  // 152 units, then a letter of two: it does not fit into the 153rd.
  expect(segmentsOf(`${"a".repeat(152)}€${"a".repeat(151)}`)).toEqual({
    segments: 2,
    left: 0,
    isUnicode: false,
  })
  expect(count(`${"a".repeat(152)}€${"a".repeat(152)}`)).toBe(3)
})

test("one letter outside the alphabet makes all of it Unicode: 70, then 67 a segment", () => {
  expect(segmentsOf(`ç${"a".repeat(69)}`)).toEqual({ segments: 1, left: 0, isUnicode: true })
  expect(segmentsOf(`ç${"a".repeat(70)}`)).toEqual({ segments: 2, left: 63, isUnicode: true })
})

test("an emoji is two units and is not cut either", () => {
  expect(count("😀".repeat(35))).toBe(1)
  // 33 emoji fill 66 of 67 units; the 34th begins the next segment.
  expect(segmentsOf("😀".repeat(36))).toEqual({ segments: 2, left: 61, isUnicode: true })
})
