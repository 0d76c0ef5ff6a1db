import { spawnSync } from 'node:child_process'

/**
 * An interpreter with Kometa's requirements, where KOMETA_PYTHON names one: the tests then compare with the real
 * libraries.
 */
export const kometaPython = process.env.KOMETA_PYTHON

/** Runs a Python program on JSON and answers with the JSON that it prints. */
export function runPython(program: string, input: unknown, python = kometaPython ?? 'python3'): unknown {
  const result = spawnSync(python, ['-X', 'utf8', '-c', program], {
    input: JSON.stringify(input),
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
  })
  if (result.status !== 0) throw new Error(result.stderr)
  return JSON.parse(result.stdout)
}
