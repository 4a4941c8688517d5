import { config } from "zod"

// Our content security policy forbids `eval`, which zod would otherwise try when the first schema is made: so
// this must stay the first import of main.tsx.
config({ jitless: true })
