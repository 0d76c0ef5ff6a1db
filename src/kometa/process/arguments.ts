import { join } from 'node:path'

/**
 * Kometa's options for one overlay run that writes none of the user's files. `--overlays-only` alone would wait for
 * 05:00 (kometa.py:1405-1443), hence `--run`. `--run-libraries` is not used because it splits names at `|`.
 */
const options = (configPath: string): readonly [name: string, value: string | true][] => [
  ['config', configPath],
  ['run', true],
  ['overlays-only', true],
  ['ignore-schedules', true],
  ['read-only-config', true],
  ['no-report', true],
  ['no-missing', true],
  ['no-countdown', true],
]

export function kometaArgs(kometaDir: string, configPath: string): string[] {
  const words = options(configPath).flatMap(([name, value]) => [`--${name}`, ...(value === true ? [] : [value])])
  return [join(kometaDir, 'kometa.py'), ...words]
}

/** The same options as environment variables (kometa.py:141-184), for a worker process that lost its command line. */
export function kometaVariables(configPath: string): Record<string, string> {
  return Object.fromEntries(
    options(configPath).map(([name, value]) => [
      `KOMETA_${name.replaceAll('-', '_').toUpperCase()}`,
      value === true ? 'true' : value,
    ]),
  )
}
