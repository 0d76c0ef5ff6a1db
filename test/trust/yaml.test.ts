import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createYamlFiles } from '../../src/config/yaml/yaml-files.ts'
import { writeYaml } from '../../src/config/yaml/yaml-write.ts'
import { AppError } from '../../src/contract/errors.ts'
import { createLocalPython } from '../../src/kometa/install/ask-python.ts'
import { createKometaYaml } from '../../src/kometa/yaml/kometa-yaml.ts'
import { pythonEnvironment, pythonMissing } from '../clients/python-env.ts'
import { runPython } from '../config/python.ts'
import { grouped, recordFigure, sizeFromEnvironment } from './figures.ts'
import { fuzzYaml } from './fuzz-yaml.ts'
import { createRandom } from './random.ts'

const files = sizeFromEnvironment('TRUST_YAML_FILES', 300)
/** Files in one batch. */
const atOnce = 200
const seed = sizeFromEnvironment('TRUST_YAML_SEED', 20260927)
const ownPython = process.env.KOMETA_PYTHON
const missing = ownPython === undefined ? pythonMissing() : null

/**
 * What ruamel.yaml makes of each text, with the types that Kometa's code can distinguish, determined without our own
 * script.
 */
const oracle = `
import datetime, json, os, sys, ruamel.yaml
from ruamel.yaml.scalarbool import ScalarBoolean
sys.setrecursionlimit(5000)
folder = sys.argv[1] if len(sys.argv) > 1 else json.load(sys.stdin)
class Endless(Exception): pass
def shape(v, seen, path):
    if isinstance(v, (dict, list)):
        if id(v) in path: raise Endless()
        if id(v) in seen: return "again %d" % seen[id(v)]
        seen[id(v)] = len(seen)
        inner = path | {id(v)}
        if isinstance(v, list): return ["list"] + [shape(x, seen, inner) for x in v]
        return ["map"] + [[shape(k, seen, inner), shape(x, seen, inner)] for k, x in v.items()]
    if isinstance(v, ScalarBoolean): return "anchored %s" % bool(v)
    if v is None or isinstance(v, bool): return v
    if isinstance(v, str): return "text " + json.dumps(str(v))
    if isinstance(v, int): return "int %d" % v
    if isinstance(v, float): return "float %r" % float(v)
    if isinstance(v, datetime.date): return "date " + v.isoformat()
    return "%s %s" % (type(v).__name__, v)
def told(name):
    try:
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            data = ruamel.yaml.YAML().load(file)
        return json.dumps(shape(data if isinstance(data, dict) else {}, {}, frozenset()))
    except Exception as error:
        return None
print(json.dumps({name: told(name) for name in sorted(os.listdir(folder))}))
`

const ask = (python: string, folder: string): Record<string, string | null> =>
  runPython(oracle, folder, python) as Record<string, string | null>

describe.skipIf(missing !== null)('YAML: Kometa and we accept the same files and read the same values', () => {
  let dir = ''
  let python = ''
  beforeAll(() => {
    dir = mkdtempSync(join(tmpdir(), 'kp-yaml-'))
    python = ownPython ?? pythonEnvironment('yaml')
  }, 300_000)
  afterAll(() => rmSync(dir, { recursive: true, force: true }))

  test(`${grouped(files)} generated and mutated files, 0 disagreements`, async () => {
    const random = createRandom(seed)
    const given = join(dir, 'given')
    const written = join(dir, 'written')
    for (const folder of [given, written]) mkdirSync(folder)
    const more = moreSeeds()
    const names = Array.from({ length: files }, (_, at) => `${at}.yml`)
    for (const name of names) writeFileSync(join(given, name), fuzzYaml(random, more))
    const truth = ask(python, given)

    const dirOfKometa = process.env.KOMETA_HOME ?? dir
    const local = createLocalPython({ python, dir: dirOfKometa, home: dir, env: process.env })
    const reader = createKometaYaml({ ask: local, identity: 'test', memoryFile: join(dir, 'readings.json') })
    let yaml = createYamlFiles(reader)
    const wrong: string[] = []
    let accepted = 0
    for (const [at, name] of names.entries()) {
      if (at % atOnce === 0) {
        yaml = createYamlFiles(reader)
        yaml.prepare(names.slice(at, at + atOnce).map((each) => join(given, each)))
      }
      const path = join(given, name)
      const read = await yaml.read(path).catch((error: unknown) => {
        if (error instanceof AppError && error.code === 'CONFIG_INVALID_YAML') return error
        throw error
      })
      const refused = read instanceof AppError
      if (refused !== (truth[name] === null)) {
        const what = refused ? `we refuse: ${read.message.replace(path, name)}` : 'we take it'
        wrong.push(`${what}\n${readFileSync(path, 'utf8')}`)
      } else if (!refused) {
        accepted += 1
        writeFileSync(join(written, name), writeYaml(read instanceof Map ? read : new Map()))
      }
    }
    expect(yaml.warnings()).toEqual([])
    const again = ask(python, written)
    for (const [name, value] of Object.entries(again)) {
      if (value === truth[name]) continue
      wrong.push(`${name}: ${truth[name]}\nbecame ${value}\n${readFileSync(join(written, name), 'utf8')}`)
    }
    recordFigure({
      name: 'YAML files as Kometa reads them',
      value: `${grouped(files)} files, ${grouped(accepted)} of them taken: ${wrong.length} disagreements (seed ${seed})`,
      goal: '0',
    })
    expect(wrong.slice(0, Number(process.env.SHOW ?? 5)), `seed ${seed}: ${wrong.length} disagreements`).toEqual([])
    expect(accepted).toBeGreaterThan(files / 5)
  }, 1_200_000)
})

/** The overlay files that come with Kometa, if one is installed here. */
function moreSeeds(): string[] {
  const home = process.env.KOMETA_HOME
  if (home === undefined) return []
  const folder = join(home, 'defaults', 'overlays')
  const texts = readdirSync(folder)
    .filter((name) => name.endsWith('.yml'))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
  return texts.map((text) => text.split('\n').slice(0, 60).join('\n'))
}
