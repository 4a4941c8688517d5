/**
 * What may not happen to what people wrote, whatever happened to the machines: nothing accepted is lost, doubled, out
 * of order or shown to the wrong person. Knows nothing of how the product works; compares what people typed, what
 * the tables hold and what everybody was shown.
 */

/** Texts are unique, so that one that came twice under different ids is found too. */
export type Typed = {
  author: string
  text: string
  isNote: boolean
  files: readonly string[]
  /** The conversation he saw it go to; two may be one by the time it is taken, and one two. Customers know of none. */
  to?: string
}

/** A line of the tables. */
export type Entry = {
  id: string
  conversationId: string
  /** Compared as text. */
  at: string
  type: "message" | "note" | "event"
  text: string
  addressId: string | null
  /** By their names, which are unique as well. */
  files: readonly string[]
  /** Ids, in one order. */
  labels: readonly string[]
}

/** A line on somebody's screen. Customers see no labels. */
export type Line = Pick<Entry, "id" | "at" | "text" | "files"> & { labels?: readonly string[] }

export type CustomerView = { of: string; addressId: string; lines: Line[] }

export type AgentView = {
  of: string
  agentId: string
  timelines: ReadonlyMap<string, Line[]>
  /** Everything else he is shown, as text, by what it is. */
  rows: ReadonlyMap<string, string>
  badge: number
}

export type Outcome = {
  /** What all that people of this company write begins with, and the same of every company. */
  word: string
  words: readonly string[]
  /** In the order each author wrote in one conversation; one who had to send a text again wrote it then. */
  typed: readonly Typed[]
  /** What the server said yes to, and the time it gave where it told one. */
  accepted: readonly { author: string; id: string; at?: string }[]
  /** What the server said no to, for good. */
  refused: readonly { author: string; id: string }[]
  /** Answers the server said yes to, and which answer was the last when each was written. */
  claims: readonly {
    author: string
    conversationId: string
    addressId: string
    lastAnswerId: string | null
  }[]
  /** Whose words came over the wire, by their first word. */
  heard: readonly { by: string; word: string }[]
  /** What stood on a screen at any moment of the run. */
  seen: readonly { by: string; id: string }[]
  entries: readonly Entry[]
  areClocksWrong: boolean
  /** The conversation of each address's customer. */
  homes: ReadonlyMap<string, string>
  customers: readonly CustomerView[]
  agents: readonly AgentView[]
  /** The conversations an agent may see, by the tables. */
  sight: ReadonlyMap<string, ReadonlySet<string>>
  /** By the tables. */
  badges: ReadonlyMap<string, number>
  /** Of each file that is part of an entry: whether the server gave back what was sent. */
  fetched: readonly { name: string; isWhole: boolean }[]
  /** What phones received from the provider, one line for each time. */
  phones: readonly { addressId: string; text: string }[]
}

/** Everything that is wrong, in words; nothing when all is well. */
export function check(outcome: Outcome): string[] {
  return [
    ...checkTyped(outcome),
    ...checkOrder(outcome),
    ...checkFiled(outcome),
    ...checkAccepted(outcome),
    ...checkRefused(outcome),
    ...checkClaims(outcome),
    ...checkStrangers(outcome),
    ...checkPhones(outcome),
    ...checkFetched(outcome),
    ...outcome.customers.flatMap((view) => checkCustomer(outcome, view)),
    ...outcome.agents.flatMap((view) => checkAgent(outcome, view)),
    ...checkAgreement(outcome.agents),
  ]
}

function checkTyped({ typed, entries }: Outcome): string[] {
  const written = entries.filter(({ type }) => type !== "event")
  const byText = Map.groupBy(written, ({ text }) => text)
  const problems: string[] = []
  const known = new Set<string>()
  for (const { author, text, isNote, files } of typed) {
    if (known.has(text)) continue
    known.add(text)
    const found = byText.get(text) ?? []
    if (found.length === 0) problems.push(`Lost: ${author} wrote “${text}”, and it is nowhere.`)
    if (found.length > 1)
      problems.push(`Doubled: ${author} wrote “${text}” once, and it is there ${found.length} times.`)
    if (found.some(({ type }) => (type === "note") !== isNote))
      problems.push(`Leaked: “${text}” became a ${isNote ? "message" : "note"}.`)
    for (const { files: there } of found)
      if (String(there) !== String(files))
        problems.push(
          `Changed: “${text}” was written with “${String(files)}”, and is there with “${String(there)}”.`,
        )
  }
  for (const { text } of written) if (!known.has(text)) problems.push(`Made up: nobody wrote “${text}”.`)
  return problems
}

/**
 * What one author wrote in one conversation stands in the order he wrote it; where a clock was wrong, what he wrote to one
 * address, because each has had a time of its own while they were two customers'.
 */
function checkOrder({ typed, entries, areClocksWrong }: Outcome): string[] {
  const turn = new Map<string, { author: string; to: string; number: number }>()
  for (const [number, { author, text, to = "" }] of typed.entries()) turn.set(text, { author, to, number })
  const problems: string[] = []
  const latest = new Map<string, { number: number; text: string }>()
  for (const { conversationId, addressId, text, type } of entries.toSorted(byTime)) {
    const written = turn.get(text)
    if (type === "event" || written === undefined) continue
    const lane = `${conversationId} ${areClocksWrong ? addressId : ""} ${written.author} ${written.to}`
    const before = latest.get(lane)
    if (before !== undefined && before.number > written.number)
      problems.push(`Swapped: ${written.author} wrote “${text}” before “${before.text}”.`)
    latest.set(lane, { number: written.number, text })
  }
  return problems
}

/** Whatever was merged and undone, a message stands where its address belongs. */
function checkFiled({ entries, homes }: Outcome): string[] {
  return entries.flatMap(({ text, type, conversationId, addressId }) => {
    const home = addressId === null || type !== "message" ? conversationId : homes.get(addressId)
    return home === conversationId ? [] : [`Misfiled: “${text}” is in ${conversationId} instead of ${home}.`]
  })
}

function checkAccepted({ accepted, seen, entries }: Outcome): string[] {
  const byId = new Map(entries.map((entry) => [entry.id, entry]))
  const problems: string[] = []
  for (const { author, id, at } of accepted) {
    const entry = byId.get(id)
    if (entry === undefined) problems.push(`Lost: ${author} was told that ${id} is accepted.`)
    else if (at !== undefined && !isAbout(entry.at, at))
      problems.push(`Swapped: ${author} was told ${at} for ${id}, which stands at ${entry.at}.`)
  }
  for (const { by, id } of seen) if (!byId.has(id)) problems.push(`Lost: ${by} saw ${id} once.`)
  return problems
}

function checkRefused({ refused, accepted, entries }: Outcome): string[] {
  const there = new Set(entries.map(({ id }) => id))
  const taken = new Set(accepted.map(({ id }) => id))
  return refused.flatMap(({ author, id }) => [
    ...(there.has(id) ? [`Made up: ${author} was told that ${id} is refused, and it is there.`] : []),
    ...(taken.has(id) ? [`Made up: ${author} was told yes and no of ${id}.`] : []),
  ])
}

/**
 * Of two agents who answered the same state of a conversation one was refused: nobody speaks past a colleague. Undoing a
 * merge brings such a state back for one customer, where the other one was answered.
 */
function checkClaims({ claims }: Outcome): string[] {
  const byState = Map.groupBy(
    claims,
    ({ conversationId, addressId, lastAnswerId }) => `${conversationId} ${addressId} ${lastAnswerId}`,
  )
  return [...byState].flatMap(([state, those]) => {
    const authors = [...new Set(those.map(({ author }) => author))]
    return authors.length < 2 ? [] : [`Claimed twice: ${authors.join(" and ")} both answered ${state}.`]
  })
}

/** Nothing of another company's people, whatever it is part of. */
function checkStrangers({ word, words, heard, agents }: Outcome): string[] {
  const strange = words.filter((one) => one !== word)
  return [
    ...heard
      .filter((one) => one.word !== word)
      .map((one) => `Leaked: ${one.by} was sent what ${one.word} people wrote.`),
    ...agents.flatMap(({ of, rows }) =>
      [...rows]
        .filter(([, text]) => strange.some((one) => text.includes(`${one} `)))
        .map(([key]) => `Leaked: ${of} is shown another company's words in ${key}.`),
    ),
  ]
}

/** An answer by SMS went out once at most: whether it did is the provider's to say, twice it must not. */
function checkPhones({ phones, entries }: Outcome): string[] {
  const problems: string[] = []
  for (const [key, times] of Map.groupBy(phones, ({ addressId, text }) => `${addressId} ${text}`)) {
    const [{ addressId, text } = { addressId: "", text: "" }] = times
    if (times.length > 1) problems.push(`Doubled: “${text}” went to a phone ${times.length} times.`)
    const isRight = entries.some(
      (entry) => entry.type === "message" && entry.addressId === addressId && entry.text === text,
    )
    if (!isRight) problems.push(`Leaked: ${key} went to a phone and was not meant for it.`)
  }
  return problems
}

function checkFetched({ entries, fetched }: Outcome): string[] {
  const whole = new Set(fetched.filter(({ isWhole }) => isWhole).map(({ name }) => name))
  const named = entries.flatMap(({ files }) => files)
  return [
    ...named
      .filter((name) => !whole.has(name))
      .map((name) => `Changed: the file “${name}” is not what was sent.`),
    ...named
      .filter((name, place) => named.indexOf(name) < place)
      .map((name) => `Doubled: the file “${name}”.`),
  ]
}

function checkCustomer({ entries }: Outcome, { of, addressId, lines }: CustomerView): string[] {
  const his = entries.filter((entry) => entry.type === "message" && entry.addressId === addressId)
  return compare(of, lines, his)
}

function checkAgent({ entries, sight, badges }: Outcome, view: AgentView): string[] {
  const { of, agentId, timelines } = view
  const mayBeSeen = sight.get(agentId) ?? new Set()
  const byConversation = Map.groupBy(entries, ({ conversationId }) => conversationId)
  const problems = [...timelines.keys()]
    .filter((id) => !mayBeSeen.has(id))
    .map((id) => `Leaked: ${of} shows the conversation ${id}.`)
  for (const id of mayBeSeen)
    problems.push(...compare(of, timelines.get(id) ?? [], byConversation.get(id) ?? []))
  if (view.badge !== badges.get(agentId))
    problems.push(
      `Drifted: the badge of ${of} says ${view.badge}, by the tables it is ${badges.get(agentId)}.`,
    )
  return problems
}

/** All screens of one agent say the same of everything. */
function checkAgreement(agents: readonly AgentView[]): string[] {
  return [...Map.groupBy(agents, ({ agentId }) => agentId).values()].flatMap(([first, ...others]) =>
    first === undefined ? [] : others.flatMap((other) => differences(first, other)),
  )
}

function differences(one: AgentView, other: AgentView): string[] {
  const keys = new Set([...one.rows.keys(), ...other.rows.keys()])
  return [...keys]
    .filter((key) => one.rows.get(key) !== other.rows.get(key))
    .map(
      (key) => `Drifted: ${one.of} says of ${key}: ${one.rows.get(key)}; ${other.of}: ${other.rows.get(key)}`,
    )
}

/** Each line exactly once, as it was written, in the server's order, and nothing else. */
function compare(of: string, shown: readonly Line[], meant: readonly Entry[]): string[] {
  const problems: string[] = []
  const wanted = new Map(meant.map((entry) => [entry.id, entry]))
  const times = Map.groupBy(shown, ({ id }) => id)
  for (const { id, text } of meant)
    if (!times.has(id)) problems.push(`Lost: ${of} does not show “${text}” (${id}).`)
  for (const [id, lines] of times) {
    const text = lines[0]?.text ?? ""
    const entry = wanted.get(id)
    if (entry === undefined) problems.push(`Leaked: ${of} shows “${text}” (${id}).`)
    else if (lines.some((line) => !isLike(line, entry)))
      problems.push(`Changed: ${of} shows “${text}” (${id}) as it never was.`)
    if (lines.length > 1) problems.push(`Doubled: ${of} shows “${text}” (${id}) ${lines.length} times.`)
  }
  const inOrder = [...wanted.values()].toSorted(byTime).filter(({ id }) => times.has(id))
  const asShown = [...new Set(shown.map(({ id }) => id))].filter((id) => wanted.has(id))
  const wrong = inOrder.findIndex(({ id }, place) => asShown[place] !== id)
  if (wrong >= 0) problems.push(`Swapped: ${of} shows “${inOrder[wrong]?.text}” in the wrong place.`)
  return problems
}

function isLike(line: Line, entry: Entry): boolean {
  const isLabelled = line.labels === undefined || String(line.labels) === String(entry.labels)
  return (
    line.text === entry.text &&
    isAbout(line.at, entry.at) &&
    String(line.files) === String(entry.files) &&
    isLabelled
  )
}

/** In a merged conversation entries of the same microsecond give way to each other. */
export function isAbout(one: string, other: string): boolean {
  return one === other || Math.abs(Date.parse(one) - Date.parse(other)) <= 1
}

function byTime(one: { at: string }, other: { at: string }): number {
  return one.at < other.at ? -1 : one.at > other.at ? 1 : 0
}
