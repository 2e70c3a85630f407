import { GROUPS, type Group, type Row } from './option.ts'
import { ROWS } from './options.ts'

/** docs/options.md: a test holds the file against this, `npx vitest run test/config -u` writes it. */
export function optionsDocument(): string {
  const groups = Object.keys(GROUPS) as Group[]
  return [INTRODUCTION, ...groups.map(chapter), OTHER_VARIABLES].join('\n')
}

const INTRODUCTION = `# Settings

Each setting can be given as a flag, as a variable, or in a YAML file that \`--config FILE\` or
\`UNDERSPAN_CONFIG\` names. A flag beats a variable, a variable beats the file, the file beats the
default. An empty variable counts as not set. What is not known, or holds a value that cannot be
used, is refused with the name, the value and what is allowed; only the standard \`OTEL_*\` variables
are warned of and ignored, as their specification demands.

Lists are written with commas, or the flag is repeated; \`\\,\` is a comma inside an item. In the file
they are lists. Ports and process ids may be ranges: \`8000-8010\`. A switch is turned off with
\`--no-\` before its name. In globs, \`*\` stands for any characters and \`?\` for one.

\`\`\`yaml
hooks: auto
select:
  ports: [8080, 9000-9010]
exclude_paths: [/healthz]
otlp:
  endpoint: http://localhost:4317
resource:
  attributes:
    deployment.environment.name: test
\`\`\`

<!-- Made from the table in src/config/options.ts. -->
`

const OTHER_VARIABLES = `## Other variables

The OTLP exporter reads these itself, each also with \`TRACES_\` or \`METRICS_\` behind \`OTLP_\`, as the
[specification](https://opentelemetry.io/docs/specs/otel/protocol/exporter/) says:
\`OTEL_EXPORTER_OTLP_HEADERS\`, \`OTEL_EXPORTER_OTLP_TIMEOUT\`, \`OTEL_EXPORTER_OTLP_COMPRESSION\`,
\`OTEL_EXPORTER_OTLP_CERTIFICATE\`, \`OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE\`,
\`OTEL_EXPORTER_OTLP_CLIENT_KEY\`, \`OTEL_EXPORTER_OTLP_INSECURE\`.
\`OTEL_TRACES_EXPORTER=none\` and \`OTEL_SDK_DISABLED=true\` send nothing; \`OTEL_TRACES_EXPORTER=otlp\`
without an endpoint means \`http://localhost:4317\`. Spans are sent by OTLP/gRPC only.

The agent's own metrics ([counters.md](counters.md#as-metrics)) go to the first of
\`--metrics-endpoint\`, \`OTEL_EXPORTER_OTLP_METRICS_ENDPOINT\`, \`--otlp-endpoint\` and
\`OTEL_EXPORTER_OTLP_ENDPOINT\` that is set; \`OTEL_METRICS_EXPORTER=none\` sends none.
`

function chapter(group: Group): string {
  const rows = ROWS.filter((row) => row.group === group)
  return `## ${GROUPS[group]}\n\n${rows.map(entry).join('\n')}`
}

function entry(row: Row): string {
  const variables = [row.variable, ...(row.standard ?? []).map(({ name }) => name)]
  return `### \`${usage(row)}\`

${sentence(row.help)}

- variables: ${variables.map((name) => `\`${name}\``).join(', ')}
- in the file: \`${row.key}\`
- default: ${defaultOf(row)}
- allowed: ${plain(row.format.allowed)}
`
}

/** `--port PORT`, `--[no-]show-secrets`. */
export function usage(row: Row): string {
  if (typeof row.fallback === 'boolean') return `--[no-]${row.flag}`
  return `--${row.flag} ${row.format.placeholder}`
}

function sentence(text: string): string {
  return `${text[0]!.toUpperCase()}${plain(text.slice(1))}.`
}

/** Globs are no emphasis. */
function plain(text: string): string {
  return text.replaceAll('*', '\\*')
}

/** As it would be written; '' when nothing is the default. */
export function writtenDefault(row: Row): string {
  if (row.fallback === Number.POSITIVE_INFINITY) return 'none'
  return Array.isArray(row.fallback) ? row.fallback.join(',') : String(row.fallback)
}

function defaultOf(row: Row): string {
  const text = writtenDefault(row)
  return text === '' ? 'not set' : `\`${text}\``
}
