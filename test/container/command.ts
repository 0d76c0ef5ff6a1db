import { spawnSync } from 'node:child_process'

const maxOutputBytes = 64 * 1024 * 1024

/** Runs a program to its end; its output, or an error with its last lines. */
export function command(program: string, args: readonly string[], options: { env?: NodeJS.ProcessEnv } = {}): string {
  const { status, stdout, stderr, error } = spawnSync(program, args, {
    encoding: 'utf8',
    maxBuffer: maxOutputBytes,
    env: { ...process.env, ...options.env },
  })
  if (status === 0) return stdout.trim()
  const last = `${stdout}${stderr}`.trim().split('\n').slice(-30).join('\n')
  throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? last}`)
}

export const hasProgram = (name: string): boolean => spawnSync('which', [name]).status === 0
