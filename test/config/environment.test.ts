import { describe, expect, test } from 'vitest'
import { readEnvironment, variablesOf } from '../../src/config/environment.ts'
import { readFlags } from '../../src/config/flags.ts'
import { loadConfig } from '../../src/config/load.ts'

function read(env: Record<string, string>) {
  return readEnvironment(variablesOf(env))
}

function load(env: Record<string, string>, argv: string[] = []) {
  return loadConfig(readFlags(argv), env)
}

describe('our own variables', () => {
  test('are refused when nobody knows them', () => {
    expect(read({ UNDERSPAN_PROT: '80' }).problems).toEqual([
      "variable UNDERSPAN_PROT is not known; did you mean 'UNDERSPAN_PORT'?",
    ])
  })

  test('are refused with a value that cannot be used', () => {
    expect(read({ UNDERSPAN_SHOW_SECRETS: '1' }).problems).toEqual([
      "UNDERSPAN_SHOW_SECRETS is '1'; allowed: true or false",
    ])
  })

  test('hold lists with commas', () => {
    const { config } = load({ UNDERSPAN_PORT: '80, 443', UNDERSPAN_EXCLUDE_PATH: '/healthz,/live' })
    expect(config.select.ports).toEqual([80, 443])
    expect(config.excludePaths).toEqual(['/healthz', '/live'])
  })

  test('are left alone when a service of that name was linked into the pod', () => {
    const { problems, values } = read({
      UNDERSPAN_SERVICE_HOST: '10.0.0.7',
      UNDERSPAN_SERVICE_PORT: '4317',
      UNDERSPAN_SERVICE_PORT_OTLP: '4317',
      UNDERSPAN_PORT: 'tcp://10.0.0.7:4317',
      UNDERSPAN_PORT_4317_TCP: 'tcp://10.0.0.7:4317',
      UNDERSPAN_PORT_4317_TCP_ADDR: '10.0.0.7',
      UNDERSPAN_AGENT_PORT: 'tcp://10.0.0.8:80',
    })
    expect(problems).toEqual([])
    expect(values.size).toBe(0)
  })
})

describe('OTEL_EXPORTER_OTLP_*', () => {
  const general = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://general:4317' }
  const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4317' }

  test('no endpoint anywhere means that nothing is sent', () => {
    expect(load({}).config.otlp.endpoint).toBe('')
  })

  test('the endpoint for traces beats the general one', () => {
    expect(load(general).config.otlp.endpoint).toBe('http://general:4317')
    expect(load({ ...general, ...traces }).config.otlp.endpoint).toBe('http://traces:4317')
    expect(load({ ...general, OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: '' }).config.otlp.endpoint).toBe(
      'http://general:4317',
    )
  })

  test('OTEL_TRACES_EXPORTER=none and OTEL_SDK_DISABLED=true send nothing', () => {
    expect(load({ ...general, OTEL_TRACES_EXPORTER: 'none' }).config.otlp.endpoint).toBe('')
    expect(load({ ...general, OTEL_TRACES_EXPORTER: 'console' }).config.otlp.endpoint).toBe('')
    expect(load({ ...general, OTEL_SDK_DISABLED: 'TRUE' }).config.otlp.endpoint).toBe('')
  })

  test('a flag beats OTEL_TRACES_EXPORTER=none', () => {
    const flag = ['--otlp-endpoint', 'http://flag:4317']
    expect(load({ OTEL_TRACES_EXPORTER: 'none' }, flag).config.otlp.endpoint).toBe(
      'http://flag:4317',
    )
  })

  test('OTEL_TRACES_EXPORTER=otlp alone means the default endpoint', () => {
    expect(load({ OTEL_TRACES_EXPORTER: 'otlp' }).config.otlp.endpoint).toBe(
      'http://localhost:4317',
    )
    expect(load({ OTEL_TRACES_EXPORTER: 'otlp' }, ['--otlp-endpoint=']).config.otlp.endpoint).toBe(
      '',
    )
    expect(load({ ...general, OTEL_TRACES_EXPORTER: 'otlp' }).config.otlp.endpoint).toBe(
      'http://general:4317',
    )
  })

  test('OTEL_SDK_DISABLED is true for the word true alone, and says so', () => {
    const { config, warnings } = load({ ...general, OTEL_SDK_DISABLED: '1' })
    expect(config.otlp.endpoint).toBe('http://general:4317')
    expect(warnings).toEqual(["OTEL_SDK_DISABLED is '1', which cannot be used here: ignored"])
  })

  test.each(['http://a:4317', 'https://a', 'unix:///run/a.sock', 'a.example:4317', '[::1]:4317'])(
    'the endpoint may be %s',
    (url) => {
      expect(load({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).config.otlp.endpoint).toBe(url)
    },
  )

  test.each(['localhost', 'http://', 'ftp://a:1', 'a b:4317'])(
    'the endpoint %s is refused',
    (url) => {
      expect(read({ OTEL_EXPORTER_OTLP_ENDPOINT: url }).problems[0]).toMatch(
        `OTEL_EXPORTER_OTLP_ENDPOINT is '${url}'; allowed: a URL as http://localhost:4317`,
      )
    },
  )

  test('another protocol than gRPC is warned of', () => {
    const { warnings } = read({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' })
    expect(warnings.join()).toContain("OTEL_EXPORTER_OTLP_PROTOCOL is 'http/protobuf'")
  })
})

describe('where metrics go', () => {
  function goTo(env: Record<string, string>, flags: string[] = []): string {
    return load(env, flags).config.metrics.endpoint
  }
  const general = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://general:4317' }

  test('is nowhere as long as nothing is said', () => {
    expect(goTo({})).toBe('')
  })

  test('is their own endpoint before the general one', () => {
    expect(goTo(general)).toBe('http://general:4317')
    const own = { OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://metrics:4317' }
    expect(goTo({ ...general, ...own })).toBe('http://metrics:4317')
    expect(goTo(own, ['--otlp-endpoint', 'http://flag:4317'])).toBe('http://metrics:4317')
    expect(goTo(own, ['--metrics-endpoint', 'http://flag:4317'])).toBe('http://flag:4317')
  })

  test('is where a flag sends the spans, but not where a variable sends spans alone', () => {
    expect(goTo(general, ['--otlp-endpoint', 'http://flag:4317'])).toBe('http://flag:4317')
    expect(goTo({ UNDERSPAN_OTLP_ENDPOINT: 'http://own:4317' })).toBe('http://own:4317')
    const traces = { OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://traces:4317' }
    expect(goTo(traces)).toBe('')
    expect(goTo({ ...general, ...traces })).toBe('http://general:4317')
    expect(goTo({ ...general, OTEL_TRACES_EXPORTER: 'none' })).toBe('http://general:4317')
  })

  test('is nowhere with OTEL_METRICS_EXPORTER=none or OTEL_SDK_DISABLED=true', () => {
    const flag = ['--otlp-endpoint', 'http://flag:4317']
    expect(goTo({ ...general, OTEL_METRICS_EXPORTER: 'none' })).toBe('')
    expect(goTo({ OTEL_METRICS_EXPORTER: 'none' }, flag)).toBe('')
    expect(goTo({ ...general, OTEL_SDK_DISABLED: 'true' })).toBe('')
  })

  test('is the default endpoint for otlp by name alone', () => {
    expect(goTo({ OTEL_METRICS_EXPORTER: 'otlp' })).toBe('http://localhost:4317')
  })

  test('follows no exporter that there is not, and says so', () => {
    const { config, warnings } = load({ ...general, OTEL_METRICS_EXPORTER: 'prometheus' })
    expect(config.metrics.endpoint).toBe('http://general:4317')
    expect(warnings).toEqual([
      "OTEL_METRICS_EXPORTER is 'prometheus', which cannot be used here: ignored",
    ])
  })

  test('and how often are in the variables of the specification', () => {
    const { config } = load({
      OTEL_METRIC_EXPORT_INTERVAL: '5000',
      OTEL_METRIC_EXPORT_TIMEOUT: '0',
    })
    expect(config.metrics).toEqual({ endpoint: '', intervalMs: 5000, timeoutMs: 2 ** 31 - 1 })
  })

  test('with deltas is warned of', () => {
    const { warnings } = read({ OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE: 'delta' })
    expect(warnings.join()).toContain('cumulative all the same')
  })
})

describe('other variables of the specification', () => {
  test('are read', () => {
    const { config, warnings } = load({
      OTEL_SERVICE_NAME: 'shop',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_BSP_MAX_QUEUE_SIZE: '4096',
      OTEL_BSP_SCHEDULE_DELAY: '0',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '512',
      OTEL_BSP_EXPORT_TIMEOUT: '0',
      OTEL_ATTRIBUTE_COUNT_LIMIT: '16',
      OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: '32',
      OTEL_ATTRIBUTE_VALUE_LENGTH_LIMIT: '100',
      OTEL_LOG_LEVEL: 'VERBOSE',
    })
    expect(warnings).toEqual([])
    expect(config.resource.serviceName).toBe('shop')
    expect(config.traces).toEqual({ sampler: 'traceidratio', samplerArg: 0.25 })
    expect(config.batch).toEqual({
      maxQueueSize: 4096,
      scheduleDelayMs: 0,
      maxExportBatchSize: 512,
      exportTimeoutMs: 2 ** 31 - 1,
    })
    expect(config.limits).toEqual({ attributeCount: 32, attributeValueLength: 100 })
    expect(config.logLevel).toBe('debug')
  })

  test.each([
    ['OTEL_TRACES_SAMPLER', 'xray'],
    ['OTEL_TRACES_SAMPLER_ARG', '7'],
    ['OTEL_TRACES_SAMPLER_ARG', 'half'],
    ['OTEL_BSP_MAX_QUEUE_SIZE', '5k'],
    ['OTEL_BSP_SCHEDULE_DELAY', '-1'],
    ['OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT', '1.5'],
    ['OTEL_LOG_LEVEL', 'loud'],
    ['OTEL_TRACES_EXPORTER', 'pigeon'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=1,b'],
    ['OTEL_RESOURCE_ATTRIBUTES', 'a=%zz'],
  ])('%s=%s is warned of and ignored', (name, value) => {
    const { config, warnings } = load({ [name]: value })
    expect(warnings).toEqual([`${name} is '${value}', which cannot be used here: ignored`])
    expect(config).toEqual(load({}).config)
  })

  test('a bad value leaves the next variable its say', () => {
    const env = { OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT: 'many', OTEL_ATTRIBUTE_COUNT_LIMIT: '16' }
    expect(load(env).config.limits.attributeCount).toBe(16)
  })

  test('OTEL_RESOURCE_ATTRIBUTES is percent-decoded', () => {
    const { resource } = load({
      OTEL_RESOURCE_ATTRIBUTES: 'team=a%2Cb, note=x%3Dy=z ,empty=',
    }).config
    expect(resource.attributes).toEqual([
      { name: 'team', value: 'a,b' },
      { name: 'note', value: 'x=y=z' },
      { name: 'empty', value: '' },
    ])
  })

  test('NO_COLOR with any value turns colour off, FORCE_COLOR on', () => {
    expect(load({ NO_COLOR: '1' }).config.color).toBe('never')
    expect(load({ FORCE_COLOR: '1' }).config.color).toBe('always')
    expect(load({ FORCE_COLOR: '1', NO_COLOR: '1' }).config.color).toBe('never')
    expect(load({ NO_COLOR: '1' }, ['--color', 'always']).config.color).toBe('always')
  })
})
