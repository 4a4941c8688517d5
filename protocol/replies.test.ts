import { expect, test } from "vitest"
import { fillReply } from "./replies.ts"

const known = { customer: "Marta Oliveira", agent: "Ada Okafor", company: "Fjord" }

test.for([
  ["Hi {customer.first}, this is {agent.first} of {company}.", "Hi Marta, this is Ada of Fjord."],
  ["{customer}: {agent}", "Marta Oliveira: Ada Okafor"],
  ["{unknown} {customer", "{unknown} {customer"],
  ["$& {customer}", "$& Marta Oliveira"],
])("%s", ([text = "", filled]) => {
  expect(fillReply(text, known)).toBe(filled)
})

test.for([
  ["Hi {customer.first}, thanks.", "Hi, thanks."],
  ["{customer} bought it.", "bought it."],
  ["Hello{customer}!", "Hello!"],
])("without a name, %s", ([text = "", filled]) => {
  expect(fillReply(text, { ...known, customer: null })).toBe(filled)
})

test("a name that looks like a variable is none", () => {
  expect(fillReply("Hi {customer}", { ...known, customer: "{company} $1" })).toBe("Hi {company} $1")
})
