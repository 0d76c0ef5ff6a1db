#!/usr/bin/env node
// First: it sets what everything that follows is loaded with.
import './options/engine.ts'
import { runCli } from './program.ts'
import { standardScreens } from './screen/screen.ts'
import { errorLines } from './screen/terminal.ts'

// What nobody waits for: Node itself would print the text as it is.
process.on('uncaughtException', (error) => {
  standardScreens().err.print(...errorLines(error))
  process.exit(1)
})
process.exitCode = await runCli(process.argv.slice(2))
