import { createReadStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { openBeneath } from '../../../util/beneath/beneath.ts'
import { defaultCaptureLimits } from '../limits.ts'
import { createTemporaryFile } from '../temporary-file.ts'
import { readImageParts } from './image-parts.ts'
import { MalformedMultipart } from './split-multipart.ts'

test('a disk that takes no file ends the body at once, however much of it is still to be read', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'image-parts-'))
  try {
    const part = (name: string, bytes: Buffer) => [
      Buffer.from(`--B\r\nContent-Disposition: form-data; name="${name}"; filename="a.jpg"\r\n\r\n`),
      bytes,
      Buffer.from('\r\n'),
    ]
    const picture = Buffer.concat([Buffer.from([0xff, 0xd8, 0xff, 0xe0]), Buffer.alloc(8 * 1024 * 1024)])
    const path = join(folder, 'body')
    await writeFile(path, Buffer.concat([...part('a', picture), ...part('b', picture), Buffer.from('--B--\r\n')]))
    const full = Object.assign(new Error('no space'), { code: 'ENOSPC' })
    const began = performance.now()
    const reading = readImageParts(createReadStream(path), 'B', {
      limits: { ...defaultCaptureLimits, bodyTotalTimeoutMs: 20_000 },
      openFile: () => Promise.reject(full),
    })
    await expect(reading).rejects.toBe(full)
    expect(performance.now() - began).toBeLessThan(10_000)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a body that ends within a part which is multipart itself is broken, not just that part', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'image-parts-'))
  const job = openBeneath(folder)
  let files = 0
  try {
    const cut = '--B\r\nContent-Type: multipart/mixed; boundary=C\r\n\r\n--C\r\n\r\n'
    const reading = readImageParts(Readable.from([Buffer.from(`${cut}${'x'.repeat(1_000)}`)]), 'B', {
      limits: defaultCaptureLimits,
      openFile: () => createTemporaryFile(job, `file-${++files}`),
    })
    await expect(reading).rejects.toThrow(MalformedMultipart)
    expect(files).toBe(1)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
