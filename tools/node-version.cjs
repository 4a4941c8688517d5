// Runs before everything else and on any Node, so it is no TypeScript: says what is missing where an older Node would
// only stumble over the first type.
const needed = 24
if (Number(process.versions.node.split(".")[0]) < needed) {
  console.error(
    `Parley needs Node ${needed} or newer; this is ${process.version}. On Linux npm ci brings the right one along: run Parley by npm scripts (npm start).`,
  )
  process.exit(1)
}
