// A stand-in for the `docker` command. It knows the options that we use and refuses every other one. Its container is
// a process of this machine, which outlives a killed command, as a real container does.
import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'

const [, , home, ...argv] = process.argv
const settings = JSON.parse(readFileSync(join(home, 'settings.json'), 'utf8'))
const containers = join(home, 'containers')
mkdirSync(containers, { recursive: true })
appendFileSync(join(home, 'calls.jsonl'), `${JSON.stringify({ argv, env: process.env })}\n`)

const fail = (code, text) => {
  process.stderr.write(`${text}\n`)
  process.exit(code)
}
const daemon = (text) => `Error response from daemon: ${text}`

const [command, ...rest] = argv

function context(args) {
  expectArgs(args, ['inspect', '--format', '{{.Endpoints.docker.Host}}'])
  process.stdout.write(`${settings.endpoint}\n`)
}

function info(args) {
  expectArgs(args, ['--format', '{{json .}}'])
  process.stdout.write(`${JSON.stringify(settings.info)}\n`)
}

function image(args) {
  const [verb, name] = args
  if (verb !== 'inspect' || args.length !== 2) fail(125, `docker image: ${args.join(' ')}`)
  if (!findImage(name)) fail(1, daemon(`No such image: ${name}`))
  process.stdout.write(`${JSON.stringify([{ Id: settings.image.id, Config: settings.image.config }])}\n`)
}

function findImage(name) {
  return name === settings.image.name || name === settings.image.id
}

function ps(args) {
  const label = 'kometa-preview.owner'
  const format = `{{.ID}} {{.Label "${label}"}}`
  expectArgs(args, ['--all', '--no-trunc', '--filter', `label=${label}`, '--format', format])
  for (const file of readdirSync(containers)) {
    const { id, labels } = read(file)
    if (labels[label] !== undefined) process.stdout.write(`${id} ${labels[label]}\n`)
  }
}

function rm(args) {
  expectArgs(args.slice(0, 2), ['--force', '--volumes'])
  for (const wanted of args.slice(2)) {
    const file = readdirSync(containers).find((each) => each === wanted || read(each).id === wanted)
    if (!file) fail(1, daemon(`No such container: ${wanted}`))
    kill(read(file).pid, 'SIGKILL')
    rmSync(join(containers, file))
    process.stdout.write(`${wanted}\n`)
  }
}

function read(file) {
  return JSON.parse(readFileSync(join(containers, file), 'utf8'))
}

function kill(pid, signal) {
  try {
    process.kill(-pid, signal)
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
  }
}

async function run(args) {
  const { options, image: name, inner } = parseRun(args)
  const one = (key) => options[key]?.at(-1)
  if (one('--pull') !== 'never') fail(125, 'docker: it would pull')
  if (!findImage(name)) fail(125, `docker: ${daemon(`No such image: ${name}`)}`)
  if (!options['--rm']) fail(125, 'docker: it would leave a container behind')
  const entry = [one('--entrypoint'), ...inner]
  if (entry[0] === 'sh') return asContainer(options, 'sh', [...inner.slice(0, -1), join(settings.root, inner.at(-1))])
  if (options['--log-driver']?.[0] !== 'none') fail(125, 'docker: the log would be kept')
  for (const value of options['--mount'] ?? []) checkMount(value)
  // A question to the interpreter has no network and writes nothing; the machine's own python3 answers it.
  if (one('--network') === 'none') {
    if (!options['--read-only'] || entry[0] !== 'python3' || inner[0] !== '-c') fail(125, 'docker: no such question')
    return asContainer({ ...options, '--workdir': ['/'] }, entry[0], inner)
  }
  if (!existsSync(one('--workdir'))) fail(125, 'docker: a working directory that is not mounted')
  // How the image starts Kometa, up to its script. What follows is for Kometa and must not be taken by tini.
  const script = ['/tini', '-s', '--', 'python3']
  if (JSON.stringify(entry.slice(0, script.length)) !== JSON.stringify(script))
    fail(127, `docker: exec: ${entry.join(' ')}`)
  if (entry[script.length] !== '/kometa.py') fail(127, `docker: no such script: ${entry[script.length]}`)
  const { play } = settings
  // With an image's root folder, the container has these mounts and sees nothing else of the machine.
  if (play === null) return asContainer(options, ...inRoot(options, entry))
  return asContainer(options, play.command, [...play.args, ...entry.slice(script.length + 1)])
}

function inRoot(options, entry) {
  const { root } = settings
  const mounts = options['--mount'].map(parseMount).sort((one, other) => one.target.length - other.target.length)
  const script = [
    'set -eu',
    `mount --bind ${quote(root)} ${quote(root)}`,
    `mount -t proc proc ${quote(`${root}/proc`)}`,
    `mount --rbind /dev ${quote(`${root}/dev`)}`,
    `mount -t tmpfs -o mode=1777 tmpfs ${quote(`${root}/tmp`)}`,
    `touch ${quote(`${root}/etc/hosts`)}; mount --bind /etc/hosts ${quote(`${root}/etc/hosts`)}`,
    ...mounts.flatMap(({ source, target, readOnly }) => {
      const place = quote(`${root}${target}`)
      const make = statSync(source).isDirectory()
        ? `mkdir -p ${place}`
        : `mkdir -p "$(dirname ${place})"; touch ${place}`
      const bind = `mount --bind ${quote(source)} ${place}`
      return [`[ -e ${place} ] || { ${make}; }`, bind, ...(readOnly ? [`mount -o remount,bind,ro ${place}`] : [])]
    }),
    `cd ${quote(root)}; pivot_root . .; umount -l .; cd ${quote(options['--workdir'][0])}`,
    'exec "$@"',
  ].join('\n')
  const [uid, gid] = options['--user'][0].split(':')
  const groups = options['--group-add'] ? ['--groups', options['--group-add'].join(',')] : ['--clear-groups']
  const caps = ['-all', ...(options['--cap-add'] ?? []).map((name) => `+${name.toLowerCase()}`)].join(',')
  const asUser = [
    'setpriv',
    '--reuid',
    uid,
    '--regid',
    gid,
    ...groups,
    '--bounding-set',
    caps,
    '--inh-caps',
    '-all',
    '--no-new-privs',
  ]
  const namespaces = ['--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child']
  return ['unshare', [...namespaces, 'sh', '-c', script, 'sh', ...asUser, '--', ...entry]]
}

const quote = (text) => `'${text.replaceAll("'", "'\\''")}'`

const flags = ['--rm', '--read-only', '--interactive']
const valued = [
  ...[
    '--pull',
    '--log-driver',
    '--name',
    '--label',
    '--network',
    '--userns',
    '--cap-drop',
    '--cap-add',
    '--security-opt',
  ],
  ...['--user', '--group-add', '--mount', '--env-file', '--workdir', '--entrypoint'],
]

function parseRun(args) {
  const options = {}
  for (let at = 0; at < args.length; at++) {
    const word = args[at]
    if (!word.startsWith('-')) return { options, image: word, inner: args.slice(at + 1) }
    if (flags.includes(word)) options[word] = [true]
    else if (valued.includes(word)) options[word] = [...(options[word] ?? []), args[++at]]
    else fail(125, `unknown flag: ${word}`)
  }
  return fail(125, 'docker: an image is missing')
}

function parseMount(value) {
  const fields = [...value.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)].map(
    ([, quoted, plain]) => quoted?.replaceAll('""', '"') ?? plain,
  )
  const [type, source, target, ...more] = fields
  const wrong = () => fail(125, `invalid argument "${value}" for "--mount"`)
  const path = (field, key) => (field?.startsWith(`${key}=/`) ? field.slice(key.length + 1) : wrong())
  if (type !== 'type=bind' || more.some((each) => each !== 'readonly')) wrong()
  return { source: path(source, 'source'), target: path(target, 'target'), readOnly: more.length > 0 }
}

function checkMount(value) {
  const { source } = parseMount(value)
  const why = `invalid mount config for type "bind": bind source path does not exist: ${source}`
  if (!existsSync(source)) fail(125, `docker: ${daemon(why)}`)
}

/** Starts a process in its own group, with the environment of the image and the env file, and none of ours. */
function asContainer(options, program, args) {
  const [name = `unnamed-${randomBytes(4).toString('hex')}`] = options['--name'] ?? []
  if (existsSync(join(containers, name)))
    fail(125, `docker: ${daemon(`Conflict. The container name "/${name}" is already in use`)}`)
  const env = {}
  const lines = (options['--env-file'] ?? []).flatMap((file) => {
    if ((statSync(file).mode & 0o077) !== 0) fail(125, 'docker: others can read the environment')
    return readFileSync(file, 'utf8').split('\n')
  })
  for (const line of [...settings.image.config.Env, ...lines].filter((each) => each !== '')) {
    const at = line.indexOf('=')
    env[line.slice(0, at)] = line.slice(at + 1)
  }
  const child = spawn(program, args, {
    cwd: settings.play === null ? '/' : (options['--workdir']?.[0] ?? '/'),
    env,
    detached: true,
    stdio: [options['--interactive'] ? 'pipe' : 'ignore', 'pipe', 'pipe'],
  })
  const labels = Object.fromEntries(
    (options['--label'] ?? []).map((text) => [text.split('=', 1)[0], text.slice(text.indexOf('=') + 1)]),
  )
  const id = randomBytes(32).toString('hex')
  // The file is renamed into place, so a test never reads half of it.
  const written = join(home, `${name}.container`)
  writeFileSync(written, JSON.stringify({ id, pid: child.pid, labels, args: argv }))
  renameSync(written, join(containers, name))
  if (child.stdin) {
    child.stdin.on('error', (error) => error.code === 'EPIPE' || fail(1, error.message))
    process.stdin.pipe(child.stdin)
  }
  child.stdout.pipe(process.stdout)
  child.stderr.pipe(process.stderr)
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => process.kill(child.pid, signal))
  return new Promise((resolve) => {
    child.on('error', (error) => {
      rmSync(join(containers, name), { force: true })
      fail(127, `docker: ${daemon(error.message)}`)
    })
    child.on('close', (code, signal) => {
      // Process 1 has ended, which ends the container.
      kill(child.pid, 'SIGKILL')
      rmSync(join(containers, name), { force: true })
      process.exitCode = signal === null ? code : 137
      resolve()
    })
  })
}

function expectArgs(args, expected) {
  if (JSON.stringify(args) !== JSON.stringify(expected)) fail(125, `docker ${command}: unexpected ${args.join(' ')}`)
}

if (settings.down && command !== 'context') fail(1, settings.down)
const commands = { context, info, image, run, rm, ps }
if (!commands[command]) fail(1, `docker: '${command}' is not a docker command.`)
await commands[command](rest)
