import { once } from 'node:events'
import type { LogLevel } from '../../contract/events.ts'
import type { Beneath } from '../../util/beneath/beneath.ts'
import type { Redactor } from '../../util/redact.ts'
import { tailFile } from '../log/log-tail.ts'
import type { KometaEvent } from '../log/read/log-events.ts'
import { createMessageReader, type LogMessage } from '../log/read/log-message.ts'
import { createLogParser } from '../log/read/log-parser.ts'
import { openScrubbedLog } from '../log/scrubbed-log.ts'
import { saysNothingFits } from '../log/words/nothing-fits.ts'
import { type ChildExit, type ChildLimits, defaultChildLimits, startChild } from './child.ts'
import type { Supervisor } from './supervisor.ts'

interface KometaLimits extends ChildLimits {
  /** The most bytes that each of the two log files keeps; everything beyond is read but not kept. */
  maxLogBytes: number
}

/** A run with `default: resolution` logs 3.5 MB. */
const defaultKometaLimits: KometaLimits = { ...defaultChildLimits, maxLogBytes: 512 * 1024 * 1024 }

/** How many of the last console lines a crash report shows. */
const keptConsoleLines = 40

export interface KometaOptions {
  command: string
  args: readonly string[]
  cwd: string
  env: Readonly<Record<string, string>>
  /** Where Kometa writes its log: `<folder of --config>/logs/meta.log`. */
  metaLog: string
  /** The folder for the scrubbed copies `kometa-console.log` and `meta.log`. */
  logs: Beneath
  redactor: Redactor
  signal: AbortSignal
  /** The paths under which Kometa may name its config. If it names another one, it is ended at once. */
  runConfigs: readonly string[]
  limits?: Partial<KometaLimits>
  /** A supervisor that was started early, so that Kometa does not wait for it. Its starter disposes it. */
  supervisor?: Supervisor
  onEvent?: (event: KometaEvent) => void
  /** Receives every message of meta.log, scrubbed, as it arrives. */
  onMessage?: (message: { level: LogLevel; text: string; at: number | null }) => void
}

export interface KometaExit extends ChildExit {
  durationMs: number
  /** The last lines of console output, scrubbed. */
  lastLines: string[]
  /** The config that Kometa named instead of ours; Kometa was ended because of it. */
  foreignConfig: string | null
  /** Why a log file is incomplete, if it is. */
  logProblems: string[]
}

export interface KometaProcess {
  /** The leader of Kometa's process group. */
  pid: number | undefined
  /** Resolves when the whole process group is gone and both logs are read to their end; never rejects. */
  done: Promise<KometaExit>
  /** Ends the process group within 5 s. */
  kill(): void
  /** Kometa asked for something, so it is not hung although it prints nothing. */
  alive(): void
}

/**
 * Starts Kometa, or a stand-in for it, and follows it: scrubbed copies of its console output and meta.log go to
 * `logs`, and their content arrives as events. Kometa is ended when `signal` aborts or when it prints nothing for
 * `idleTimeoutMs`. Its exit code means nothing (promise 9): success is read from the events.
 */
export async function startKometa(options: KometaOptions): Promise<KometaProcess> {
  const { metaLog, logs, redactor, onEvent, onMessage } = options
  const limits = { ...defaultKometaLimits, ...options.limits }
  const startedAt = performance.now()
  const parser = createLogParser()
  const messages = createMessageReader()
  const lastLines: string[] = []
  // The lines are scrubbed before they are compared with these.
  const ours = new Set([...options.runConfigs, ...options.runConfigs.map(redactor.text)])
  let foreignConfig: string | null = null
  let kill = () => {}
  const emit = (events: KometaEvent[]) => {
    for (const event of events) {
      if (event.type === 'config_used' && !ours.has(event.path)) {
        foreignConfig = event.path
        kill()
      }
      onEvent?.(event)
    }
  }
  const show = (message: LogMessage | undefined) => {
    if (message) onMessage?.(shownMessage(message))
  }

  const file = (name: string) => ({ file: { files: logs, path: name }, redactor, maxBytes: limits.maxLogBytes })
  const consoleLog = await openScrubbedLog({
    ...file('kometa-console.log'),
    onLine(line) {
      emit(parser.feed(line, 'console'))
      if (line.trim() === '') return
      lastLines.push(line)
      if (lastLines.length > keptConsoleLines) lastLines.shift()
    },
  })
  const metaCopy = await openScrubbedLog({
    ...file('meta.log'),
    onLine(line) {
      show(messages.push(line))
      emit(parser.feed(line))
    },
  })
  const metaInput = metaCopy.input()
  const tail = tailFile(metaLog, async (chunk) => {
    if (!metaInput.write(chunk)) await once(metaInput, 'drain')
  })
  await tail.ready

  const child = startChild({
    ...options,
    limits,
    onOutput(...outputs) {
      for (const output of outputs) {
        const input = output.pipe(consoleLog.input())
        // An output that is abandoned (a pipe left open) closes without an `end` event.
        output.once('close', () => input.end())
      }
    },
  })

  kill = child.kill

  const finish = async (): Promise<KometaExit> => {
    const exit = await child.done
    const logProblems: string[] = []
    const { problem } = await consoleLog.close()
    if (problem !== undefined) logProblems.push(`kometa-console.log: ${problem}`)
    await tail.stop().catch((error: unknown) => logProblems.push(`meta.log: ${String(error)}`))
    metaInput.end()
    const meta = await metaCopy.close()
    if (meta.problem !== undefined) logProblems.push(`meta.log: ${meta.problem}`)
    show(messages.end())
    emit(parser.end())
    return { ...exit, durationMs: Math.round(performance.now() - startedAt), lastLines, foreignConfig, logProblems }
  }
  return { pid: child.pid, done: finish(), kill: child.kill, alive: child.alive }
}

/** A definition that fits nothing in Plex is an error to Kometa. In a preview it is normal, so it becomes info. */
function shownMessage({ level, text, more, at }: LogMessage): { level: LogLevel; text: string; at: number | null } {
  const shown = [text, ...more].join('\n')
  return { level: level === 'error' && saysNothingFits(shown) ? 'info' : level, text: shown, at }
}
