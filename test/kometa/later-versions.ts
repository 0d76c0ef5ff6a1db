import { cp, readFile, writeFile } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'

/** One thing that a later Kometa does differently; it is patched into a copy of the Kometa at hand. */
export interface LaterChange {
  name: string
  /** The `overlays_applied` of a target with the change; the default is what it is without the change. */
  applied?: readonly string[]
  warnings?: readonly RegExp[]
  change(dir: string): Promise<void>
}

/** Makes a copy that may be changed, without the files that Kometa itself writes into its folder. */
export async function copyKometa(home: string, dir: string): Promise<void> {
  const left = new Set(['.git', 'config', '__pycache__', 'docs'])
  await cp(home, dir, { recursive: true, filter: (path) => relative(home, path) === '' || !left.has(basename(path)) })
}

async function edit(dir: string, file: string, change: (lines: string[]) => string[]): Promise<void> {
  const path = join(dir, file)
  await writeFile(path, change((await readFile(path, 'utf8')).split('\n')).join('\n'))
}

/** The one line that contains all of these words. */
function lineOf(lines: readonly string[], ...words: string[]): number {
  const found = lines.flatMap((line, at) => (words.every((word) => line.includes(word)) ? [at] : []))
  const [only] = found
  if (only === undefined || found.length > 1)
    throw new Error(`${found.length} lines of Kometa have ${words.join(', ')}`)
  return only
}

/** The line after the loop over the items. */
const endOfLoop = (lines: readonly string[]): number =>
  lines.findLastIndex((line) => line.trim() === 'logger.exorcise()')

const with_ = (lines: readonly string[], at: number, count: number, ...instead: string[]): string[] =>
  lines.toSpliced(at, count, ...instead)

/** The spaces at the start of a line. */
const indentOf = (line = ''): string => /^ */.exec(line)?.[0] ?? ''

/** 2.4.7 flushes its log at each warning and otherwise after a number of lines. */
const seldomFlushed: LaterChange = {
  name: 'a log that is flushed at warnings, at the end, and every 500 lines',
  change: (dir) =>
    edit(dir, 'modules/logs.py', (lines) => [
      ...lines,
      'class _Seldom:',
      '    count = 0',
      '    flush = logging.StreamHandler.flush',
      '    emit = logging.StreamHandler.emit',
      'def _flush(handler):',
      '    _Seldom.count += 1',
      '    if _Seldom.count % 500 == 0:',
      '        _Seldom.flush(handler)',
      'def _emit(handler, record):',
      '    _Seldom.emit(handler, record)',
      '    if record.levelno >= logging.WARNING or "Finished " in record.getMessage():',
      '        _Seldom.flush(handler)',
      'logging.StreamHandler.flush = _flush',
      'logging.StreamHandler.emit = _emit',
      '',
    ]),
}

/** The names of the applied overlays may be missing (2.4.5). */
const unnamed: LaterChange = {
  name: '"Overlays Applied:" with nothing behind it',
  applied: [],
  change: (dir) =>
    edit(dir, 'modules/overlays.py', (lines) => {
      const at = lineOf(lines, 'logger.info', 'Overlays Applied')
      return with_(lines, at, 1, `${indentOf(lines[at])}logger.info("  Overlays Applied:")`)
    }),
}

/** 2.4.7 writes a label to many items in one request. */
const batchedLabels: LaterChange = {
  name: 'labels that are written to many items at once',
  change: (dir) =>
    edit(dir, 'modules/overlays.py', (lines) => {
      const write = lineOf(lines, 'edit_tags("label", item', 'Overlay')
      const later = with_(lines, write, 1, `${indentOf(lines[write])}self.labelled.append(item)`)
      const loop = lineOf(later, 'for i, (over_key', 'enumerate(sorted(')
      const begun = with_(later, loop, 0, `${indentOf(later[loop])}self.labelled = []`)
      const end = endOfLoop(begun)
      return with_(
        ...[begun, end, 0],
        '        if getattr(self, "labelled", None):',
        '            self.library.Plex.batchMultiEdits(self.labelled)',
        '            self.library.Plex.addLabel("Overlay").saveMultiEdits()',
      )
    }),
}

/** Unreleased: with several workers, neither the uploads nor the log lines have a fixed order. */
const workers: LaterChange = {
  name: 'four workers that draw at once',
  applied: [],
  warnings: [/^Kometa drew several items of "Movies" at once/],
  change: (dir) =>
    edit(dir, 'modules/overlays.py', (lines) => {
      const loop = lineOf(lines, 'for i, (over_key', 'enumerate(sorted(')
      const all = /in (enumerate\(.*\)):$/.exec(lines[loop] ?? '')?.[1]
      const unpack = '(i, (over_key, (item, over_names)))'
      const begun = with_(
        ...[lines, loop, 1],
        '            def draw_one(entry):',
        `                ${unpack.slice(1, -1)} = entry`,
      )
      const end = endOfLoop(begun)
      const pooled = with_(
        ...[begun, end, 0],
        '            from concurrent.futures import ThreadPoolExecutor',
        '            with ThreadPoolExecutor(4) as pool:',
        `                list(pool.map(draw_one, ${all}))`,
      )
      return pooled.map((line) => line.replace('f"temp.{ext}"', 'f"temp{id(item)}.{ext}"'))
    }),
}

/** 2.4.6 exits with a code that tells how the run ended. */
const realExitCodes: LaterChange = {
  name: 'an exit code that says what became of the run',
  change: (dir) =>
    edit(dir, 'kometa.py', (lines) => {
      const end = lineOf(lines, 'logger.separator(f"Finished {start_type}Run')
      return with_(lines, end + 1, 0, `${indentOf(lines[end])}import atexit; atexit.register(lambda: os._exit(3))`)
    }),
}

export const laterChanges: readonly LaterChange[] = [seldomFlushed, unnamed, batchedLabels, workers, realExitCodes]
