import { searchAnswer, type SearchAnswer } from "../../protocol/search.ts"
import { succeed, type Colleague } from "./company.ts"

/** Types it into the search box. */
export async function ask(agent: Colleague, q: string, more = ""): Promise<SearchAnswer> {
  const { body } = await succeed(agent.get(`/search?q=${encodeURIComponent(q)}${more}`))
  return searchAnswer.parse(body)
}
