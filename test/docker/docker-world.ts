import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { programCommand } from '../../src/util/program-file.ts'

export const imageName = 'kometateam/kometa:v2.4.4'

export interface DockerSettings {
  /** What the engine answers to everything when it does not work. */
  down?: string
  endpoint: string
  info: Record<string, unknown>
  image: { name: string; id: string; config: { Env: string[]; Entrypoint: string[] | null; WorkingDir: string } }
  /** The root folder of the image. If something else plays Kometa, it contains only VERSION. */
  root: string
  /** What plays Kometa in a container; Kometa's own arguments follow. null: `root` is started as the image would be. */
  play: { command: string; args: string[] } | null
}

interface Call {
  argv: string[]
  env: Record<string, string>
}

/** A stand-in `docker` in a PATH of its own. A test can change what the engine is like. */
export function standInDocker(parent: string) {
  const home = join(parent, 'docker')
  const bin = join(home, 'bin')
  const root = join(home, 'root')
  for (const folder of [bin, root]) mkdirSync(folder, { recursive: true })
  writeFileSync(join(root, 'VERSION'), '2.4.4\n')
  const script = pathToFileURL(fileURLToPath(new URL('stand-in-docker.mjs', import.meta.url))).href
  writeFileSync(
    join(bin, 'docker'),
    `#!${process.execPath}\nprocess.argv.splice(2, 0, ${JSON.stringify(home)})\nimport(${JSON.stringify(script)})\n`,
  )
  chmodSync(join(bin, 'docker'), 0o755)
  let settings: DockerSettings = {
    endpoint: 'unix:///var/run/docker.sock',
    info: {
      OSType: 'linux',
      OperatingSystem: 'Debian GNU/Linux 12 (bookworm)',
      ServerVersion: '28.2.2',
      SecurityOptions: ['name=seccomp,profile=builtin', 'name=cgroupns'],
    },
    image: {
      name: imageName,
      id: `sha256:${'ab'.repeat(32)}`,
      config: {
        Env: [`PATH=${process.env.PATH}`, 'KOMETA_DOCKER=True', 'LANG=C.UTF-8'],
        Entrypoint: ['/tini', '-s', 'python3', 'kometa.py', '--'],
        WorkingDir: '',
      },
    },
    root,
    play: programCommand('demo/sample-renderer/main'),
  }
  const change = (more: Partial<DockerSettings>) => {
    settings = { ...settings, ...more }
    writeFileSync(join(home, 'settings.json'), JSON.stringify(settings))
  }
  change({})
  return {
    home,
    settings: () => settings,
    change,
    /** The environment of a user who has this `docker`. */
    env: { PATH: `${bin}${delimiter}${process.env.PATH}`, HOME: parent },
    calls(): Call[] {
      const file = join(home, 'calls.jsonl')
      if (!existsSync(file)) return []
      return readFileSync(file, 'utf8')
        .trimEnd()
        .split('\n')
        .map((line): Call => JSON.parse(line))
    },
    forget: (name: string) => rmSync(join(home, 'containers', name)),
    /** Running containers by name, with the process behind each. */
    containers(): Map<string, { pid: number; labels: Record<string, string> }> {
      const folder = join(home, 'containers')
      const names = existsSync(folder) ? readdirSync(folder) : []
      return new Map(names.map((name) => [name, JSON.parse(readFileSync(join(folder, name), 'utf8'))]))
    },
  }
}
