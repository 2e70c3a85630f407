import {
  baseName,
  directoryOf,
  isShared,
  nameOfFile,
  type Program,
  projectName,
  resolvePath,
} from '../program.ts'

// https://docs.oracle.com/en/java/javase/21/docs/specs/man/java.html
const VALUED = new Set(
  `-cp -classpath --class-path -p --module-path --upgrade-module-path --add-modules
  --limit-modules --add-opens --add-exports --add-reads --enable-native-access --patch-module
  --source -splash`.split(/\s+/),
)

/** Main classes of servers that run somebody's application or are one themselves. */
const KNOWN = new Map([
  ['org.apache.catalina.startup.Bootstrap', 'tomcat'],
  ['org.apache.zookeeper.server.quorum.QuorumPeerMain', 'zookeeper'],
  ['kafka.Kafka', 'kafka'],
  ['org.apache.cassandra.service.CassandraDaemon', 'cassandra'],
  ['org.elasticsearch.bootstrap.Elasticsearch', 'elasticsearch'],
  ['org.elasticsearch.server.cli.ServerCli', 'elasticsearch'],
  ['org.opensearch.bootstrap.OpenSearch', 'opensearch'],
  ['org.eclipse.jetty.start.Main', 'jetty'],
  ['org.jboss.modules.Main', 'wildfly'],
  ['io.quarkus.bootstrap.runner.QuarkusEntryPoint', 'quarkus'],
])

/** Launchers of Spring Boot: the application lies around them. */
const UNPACKED = /^org\.springframework\.boot\.loader\./

/** Properties by which applications are named, best first. */
const PROPERTIES = ['-Dotel.service.name=', '-Dspring.application.name=']

/** NAME_MAX of Linux. */
const MAX_FILE_NAME = 255

export function javaName(program: Program): string {
  const { command } = program
  for (const property of PROPERTIES) {
    const set = command.find((arg) => arg.startsWith(property))
    if (set) return set.slice(property.length)
  }
  for (let i = 1; i < command.length; i++) {
    const arg = command[i] ?? ''
    if (arg === '-jar') return ofArchive(program, command[i + 1] ?? '')
    if (arg === '-m' || arg === '--module') return ofClass(program, baseName(command[i + 1] ?? ''))
    if (arg.startsWith('--module=')) return ofClass(program, baseName(arg.slice(9)))
    if (VALUED.has(arg)) i++
    else if (!arg.startsWith('-') && !arg.startsWith('@')) return ofClass(program, arg)
  }
  return ''
}

/** `shop-1.2.3-SNAPSHOT.jar` is `shop`. */
function ofArchive(program: Program, path: string): string {
  const name = baseName(path)
    .slice(-MAX_FILE_NAME)
    .replace(/\.[jw]ar$/, '')
  const bare = name.replace(/-v?\d+(?:\.\d+)*(?:[-.][A-Za-z0-9]+)*$/, '') || name
  if (!isShared(bare)) return bare
  return projectName(directoryOf(resolvePath(program, path))) || bare
}

/** The class without its package; a class called `Main` by the package. */
function ofClass(program: Program, main: string): string {
  if (main.endsWith('.java')) return nameOfFile(program, main)
  const known = KNOWN.get(main)
  if (known) return known
  if (UNPACKED.test(main)) return projectName(program.directory)
  const parts = main.split('.')
  const last = (parts.pop() ?? '').replace(/(?:Kt|\$)$/, '')
  if (!isShared(last)) return last
  while (parts.length > 0 && isShared(parts.at(-1) ?? '')) parts.pop()
  return parts.at(-1) || projectName(program.directory) || last
}
