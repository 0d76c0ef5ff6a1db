/**
 * A run in a process of its own, for lock.test.ts. It takes the job folder in argv[2] when a line arrives on stdin,
 * prints `held` or the error, and holds the lock until stdin ends.
 */
import { createInterface } from 'node:readline'
import { AppError } from '../../src/contract/errors.ts'
import { acquireJobLock } from '../../src/run/job-folder/job-lock.ts'
import { openBeneath } from '../../src/util/beneath/beneath.ts'

const [, , folder = ''] = process.argv
const lines = createInterface({ input: process.stdin })
const say = (line: string): void => void process.stdout.write(`${line}\n`)

let lock: AsyncDisposable | undefined
lines.on('line', (line) => {
  if (line === 'take') void take()
  if (line === 'leave') void lock?.[Symbol.asyncDispose]().then(() => say('left'))
})
say('ready')

async function take(): Promise<void> {
  try {
    lock = await acquireJobLock(openBeneath(folder))
    say('held')
  } catch (error) {
    say(error instanceof AppError ? `${error.code} ${error.message}` : `bug ${String(error)}`)
  }
}
