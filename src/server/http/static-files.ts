import { createHash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { promisify } from 'node:util'
import { gzip } from 'node:zlib'

const gzipAsync = promisify(gzip)
const maxFiles = 500
const minGzipBytes = 1_000

/** The kinds of files that are served. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.txt': 'text/plain; charset=utf-8',
}

interface StaticFile {
  body: Buffer
  gzipped: Buffer | null
  type: string
  etag: string
  /** Its name holds a hash of its content. */
  immutable: boolean
}

export interface StaticFiles {
  /** Answers with the file of a path, with the application's page, or with a page that says that there is no build. */
  respond(path: string, request: Request): Promise<Response>
}

/**
 * Serves the built web application from memory, so that no request can reach other files. The files are read at the
 * first request, and again when the page has changed.
 */
export function createStaticFiles(folder: string): StaticFiles {
  let loaded: { stamp: number; files: Promise<Map<string, StaticFile>> } | null = null

  const load = async (): Promise<Map<string, StaticFile> | null> => {
    const page = await stat(join(folder, 'index.html')).catch(() => null)
    if (page === null) return null
    if (loaded?.stamp !== page.mtimeMs) loaded = { stamp: page.mtimeMs, files: readFiles(folder) }
    return loaded.files
  }

  return {
    async respond(path, request) {
      const files = await load()
      if (files === null) return missingBuild()
      const file = files.get(path)
      // The application's own addresses have no file ending. For a missing script, the page would be a wrong answer.
      const found = file ?? (extname(path) === '' ? files.get('/index.html') : undefined)
      return found ? send(found, request) : new Response('Not found', { status: 404 })
    },
  }
}

async function readFiles(folder: string): Promise<Map<string, StaticFile>> {
  const files = new Map<string, StaticFile>()
  const entries = await readdir(folder, { withFileTypes: true, recursive: true })
  for (const entry of entries.slice(0, maxFiles)) {
    const type = mediaTypes[extname(entry.name)]
    if (!entry.isFile() || type === undefined) continue
    const path = join(entry.parentPath, entry.name)
    const body = await readFile(path)
    const zipped = body.length >= minGzipBytes && !/^(?:image\/png|font)/.test(type) ? await gzipAsync(body) : null
    const name = `/${relative(folder, path).split(sep).join('/')}`
    files.set(name, {
      body,
      gzipped: zipped,
      type,
      etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`,
      immutable: /^\/assets\/.*-[\w-]{8}\.\w+$/.test(name),
    })
  }
  return files
}

function send(file: StaticFile, request: Request): Response {
  const headers = new Headers({
    'content-type': file.type,
    etag: file.etag,
    'cache-control': file.immutable ? 'public, max-age=31536000, immutable' : 'no-cache',
    vary: 'accept-encoding',
  })
  if (request.headers.get('if-none-match') === file.etag) return new Response(null, { status: 304, headers })
  const zipped = file.gzipped !== null && /\bgzip\b/.test(request.headers.get('accept-encoding') ?? '')
  const body = zipped && file.gzipped ? file.gzipped : file.body
  if (zipped) headers.set('content-encoding', 'gzip')
  headers.set('content-length', String(body.length))
  return new Response(request.method === 'HEAD' ? null : new Uint8Array(body), { headers })
}

const missingBuild = (): Response =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><title>Kometa Preview</title>
<h1>The web application has not been built</h1>
<p>The server runs, but its pages are missing. Build them with <code>npm run build</code>, then reload.</p></html>`,
    { status: 503, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store' } },
  )
