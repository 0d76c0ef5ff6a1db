import { join } from 'node:path'

/**
 * Kometa's arguments for one overlay run that writes nothing of the user's. `--overlays-only` alone would wait for 05:00
 * (kometa.py:1405-1443), hence `--run`; not `--run-libraries`, which splits names at `|`.
 */
export function kometaArgs(kometaDir: string, configPath: string): string[] {
  return [
    join(kometaDir, 'kometa.py'),
    '--config',
    configPath,
    '--run',
    '--overlays-only',
    '--ignore-schedules',
    '--read-only-config',
    '--no-report',
    '--no-missing',
    '--no-countdown',
  ]
}
