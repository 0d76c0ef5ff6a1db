#!/usr/bin/env node
import { runCli } from './program.ts'
import { standardScreens } from './screen/screen.ts'
import { errorLines } from './screen/terminal.ts'

// A reader that leaves its pipe early (`| head`) ends neither a job nor the studio: what is printed then is lost.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}
// Node would print an error that nobody catches as it is, secrets included.
process.on('uncaughtException', (error) => {
  standardScreens().err.print(...errorLines(error))
  process.exit(1)
})
process.exitCode = await runCli(process.argv.slice(2))
