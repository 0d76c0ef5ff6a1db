#!/usr/bin/env node
// First: it sets what everything that follows is loaded with.
import './engine.ts'
import { runCli } from './program.ts'

process.exitCode = await runCli(process.argv.slice(2))
