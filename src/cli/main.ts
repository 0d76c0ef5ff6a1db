#!/usr/bin/env node
// First: it sets what everything that follows is loaded with.
import './engine.ts'
import { runCli } from './program.ts'

/** How long what is over may keep the process: the look-up of a name cannot be given up, and takes the system half a minute where no server answers. */
const lingerMs = 2_000

process.exitCode = await runCli(process.argv.slice(2))
setTimeout(() => {
  // On some systems a pipe is written behind our back.
  if (process.stdout.writableLength === 0 && process.stderr.writableLength === 0) process.exit()
}, lingerMs).unref()
