import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startCli } from './cli.ts'

test.skipIf(process.platform === 'win32')(
  'Ctrl-C during the first question to Plex: exit code 130, and no bug',
  async () => {
    const dir = mkdtempSync(join(tmpdir(), 'cancel-'))
    const silent = createServer().listen(0, '127.0.0.1')
    await once(silent, 'listening')
    const { port } = silent.address() as AddressInfo
    const args = ['proxy', '--plex', `http://127.0.0.1:${port}`, '--out', join(dir, 'out'), '--data', join(dir, 'data')]
    const asked = once(silent, 'request')
    const { child, done } = startCli(args, { PLEX_TOKEN: 'someTokenOfPlex12345' })
    await asked
    child.kill('SIGINT')
    const { code, stderr } = await done
    expect([code, stderr.trim()]).toEqual([130, 'kometa-preview: cancelled'])
    // Nothing was started, so there is no folder to remove.
    expect(existsSync(join(dir, 'out'))).toBe(false)
    silent.closeAllConnections()
    silent.close()
    rmSync(dir, { recursive: true })
  },
)
