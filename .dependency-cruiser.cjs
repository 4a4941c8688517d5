// The line of each order is the architecture: a module may import only modules to its left.
const server =
  "config log metrics db files jobs sync team customers labels replies channels conversations previews webhooks search suggestions calls notifications backup http main".split(
    " ",
  )
const desk =
  "texts offline ui actions replica labels customer notifications conversation inboxes search customers sign-in settings frame main".split(
    " ",
  )
const tests = "\\.test\\.tsx?$"

/** A module is a folder; `main` is what lies beside the folders. */
const inModules = (root, modules) =>
  modules.map((name) => (name === "main" ? `^${root}/[^/]+$` : `^${root}/${name}/`))

const leftwards = (root, order) =>
  order.slice(0, -1).map((name, place) => ({
    name: `${root}-order-${name}`,
    comment: `${root}/${name} may import only what stands left of it: ${order.slice(0, place).join(" ") || "nothing"}`,
    severity: "error",
    from: { path: inModules(root, [name]), pathNot: tests },
    to: { path: inModules(root, order.slice(place + 1)) },
  }))

const doorway = (root) => ({
  name: `${root}-doorway`,
  comment: "Another module is entered only through the file named after it.",
  severity: "error",
  from: { path: `^${root}/([^/]+)`, pathNot: tests },
  to: { path: `^${root}/[^/]+/`, pathNot: [`^${root}/$1/`, `^${root}/([^/]+)/\\1\\.tsx?$`] },
})

const known = (root, order) => ({
  name: `${root}-unknown-module`,
  comment: `Every module of ${root} has its place in the order.`,
  severity: "error",
  from: { path: `^${root}/`, pathNot: inModules(root, order) },
  to: {},
})

/** A driver is imported by its home alone. */
const atHome = (name, packages, home) => ({
  name: `driver-${name}`,
  comment: `${name} is used in ${home} only.`,
  severity: "error",
  from: { path: "^(protocol|server|desk|widget)/", pathNot: [`^${home}`, tests] },
  to: { path: `node_modules/(${packages.join("|")})/` },
})

module.exports = {
  forbidden: [
    ...leftwards("server", server),
    ...leftwards("desk", desk),
    doorway("server"),
    doorway("desk"),
    known("server", server),
    known("desk", desk),
    {
      name: "protocol-stands-alone",
      severity: "error",
      from: { path: "^protocol/" },
      to: { path: "^(server|desk|widget|tests|tools)/" },
    },
    {
      name: "server-knows-no-app",
      severity: "error",
      from: { path: "^server/", pathNot: tests },
      to: { path: "^(desk|widget|tests|tools)/" },
    },
    {
      name: "apps-know-the-protocol-only",
      severity: "error",
      from: { path: "^(desk|widget)/", pathNot: tests },
      to: { path: "^(server|tests|tools)/" },
    },
    { name: "desk-and-widget", severity: "error", from: { path: "^desk/" }, to: { path: "^widget/" } },
    { name: "widget-and-desk", severity: "error", from: { path: "^widget/" }, to: { path: "^desk/" } },
    {
      name: "adapters-stand-alone",
      comment:
        "A channel's adapter imports its own folder and the contract: no database, no jobs, not each other.",
      severity: "error",
      from: { path: "^server/channels/([^/]+)/", pathNot: tests },
      to: { path: "^server/", pathNot: ["^server/channels/$1/", "^server/channels/contract\\.ts$"] },
    },
    atHome("pg", ["pg", "pg-protocol", "pg-copy-streams"], "server/db/"),
    atHome("nats", ["@nats-io/transport-node", "@nats-io/nats-core"], "server/db/"),
    atHome("aws4fetch", ["aws4fetch"], "server/files/"),
    atHome("tar-stream", ["tar-stream"], "server/backup/"),
    atHome("prom-client", ["prom-client"], "server/metrics/"),
    atHome("react", ["react", "react-dom"], "desk/"),
    atHome("preact", ["preact"], "widget/"),
    {
      name: "no-circle",
      comment: "Types may look at each other, and what is fetched later may look back.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only", "dynamic-import"] } },
    },
    {
      name: "no-missing-module",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["^\\.build/", "^data/", "\\.css"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "types", "node", "default"],
    },
  },
}
