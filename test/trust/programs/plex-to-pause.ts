import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'

/** Answers each read with a picture in pieces; prints its port, and "half" once half of a picture has been sent. */
const pieces = 20
const piece = Buffer.alloc(50_000, 7)
const server = createServer(async (_req, res) => {
  res.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': pieces * piece.length })
  for (let sent = 0; sent < pieces; sent += 1) {
    if (sent === pieces / 2) process.stdout.write('half\n')
    res.write(piece)
    await wait(20)
  }
  res.end()
})
server.listen(0, '127.0.0.1', () => process.stdout.write(`${(server.address() as AddressInfo).port}\n`))
