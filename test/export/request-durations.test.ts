import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { beforeEach, describe, expect, test } from 'vitest'
import { INSTRUMENTS } from '../../src/export/duration-instruments.ts'
import type { Durations } from '../../src/export/metric.ts'
import { type Measurement, RequestDurations } from '../../src/export/request-durations.ts'
import { FixedResource } from '../../src/spans/resource.ts'
import { Counters } from '../../src/telemetry/counters.ts'
import { isRegistered } from '../support/semconv-registry.ts'

const SHOP = processOf('shop', 100)

let counters: Counters
let durations: RequestDurations
beforeEach(() => {
  counters = new Counters()
  durations = new RequestDurations(counters.durations, ['deployment.environment.name'])
})

function processOf(service: string, pid: number): FixedResource {
  return new FixedResource({
    'service.name': service,
    'service.instance.id': `of process ${pid}`,
    'host.name': 'here',
    'process.pid': pid,
    'deployment.environment.name': 'test',
  })
}

function request(seconds: number, own: Partial<Measurement['attributes']> = {}): Measurement {
  const attributes = {
    'http.request.method': 'GET',
    'http.route': '/cart/{id}',
    'http.response.status_code': 200,
    'url.scheme': 'http',
    'url.path': '/cart/7',
    ...own,
  }
  return { role: 'server', attributes, error: undefined, seconds }
}

function histograms(from = durations): Durations[] {
  return from.read().flatMap(({ metrics }) => metrics as readonly Durations[])
}

describe('the durations of requests', () => {
  test('fall into the buckets of the conventions, a bound into the one below it', () => {
    for (const seconds of [0, 0.005, 0.0051, 10, 11]) durations.add(SHOP, request(seconds))
    const [metric] = histograms()
    expect(metric).toMatchObject({ name: 'http.server.request.duration', unit: 's' })
    expect(metric!.series).toEqual([
      {
        attributes: {
          'http.request.method': 'GET',
          'http.route': '/cart/{id}',
          'http.response.status_code': 200,
          'url.scheme': 'http',
        },
        counts: [2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1],
        sum: 21.0101,
        count: 5,
        min: 0,
        max: 11,
      },
    ])
  })

  test('are told apart by outcome, not by path', () => {
    durations.add(SHOP, request(1, { 'url.path': '/cart/8' }))
    durations.add(SHOP, request(1, { 'url.path': '/cart/9' }))
    durations.add(SHOP, { ...request(1, { 'http.response.status_code': 500 }), error: '500' })
    const [metric] = histograms()
    expect(
      metric!.series.map(({ count, attributes }) => [count, attributes['error.type']]),
    ).toEqual([
      [2, undefined],
      [1, '500'],
    ])
  })

  test('go into the metric of their protocol and role', () => {
    const db = { 'db.system.name': 'redis', 'db.operation.name': 'GET' }
    const rpc = { 'rpc.system.name': 'grpc', 'rpc.method': 'a.B/C' }
    const dns = { 'dns.question.name': 'example.com' }
    for (const role of ['server', 'client'] as const) {
      durations.add(SHOP, { ...request(1), role })
      for (const attributes of [db, rpc, dns])
        durations.add(SHOP, { role, attributes, error: undefined, seconds: 1 })
    }
    expect(histograms().map(({ name }) => name)).toEqual(INSTRUMENTS.map(({ name }) => name))
    expect(counters.durations.get('measured')).toBe(5)
  })

  test('of all processes of a service are counted together, under a name that stays', () => {
    durations.add(SHOP, request(1))
    durations.add(processOf('shop', 200), request(1))
    durations.add(processOf('stock', 300), request(1))
    const groups = durations.read()
    expect(groups.map(({ resource }) => resource.attributes)).toEqual([
      {
        'service.name': 'shop',
        'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/),
        'host.name': 'here',
        'deployment.environment.name': 'test',
      },
      expect.objectContaining({ 'service.name': 'stock' }),
    ])
    const ids = groups.map(({ resource }) => resource.attributes['service.instance.id'])
    expect(new Set(ids).size).toBe(2)
    expect(histograms().map(({ series }) => series[0]!.count)).toEqual([2, 1])
  })
})

describe('the limit of series', () => {
  test('puts what is more into one series that says so', () => {
    durations = new RequestDurations(counters.durations, [], 2)
    for (const route of ['/a', '/b', '/c', '/d', '/a'])
      durations.add(SHOP, request(1, { 'http.route': route }))
    const [metric] = histograms()
    expect(
      metric!.series.map(({ attributes, count }) => [Object.keys(attributes).length, count]),
    ).toEqual([
      [4, 2],
      [4, 1],
      [1, 2],
    ])
    expect(metric!.series[2]!.attributes).toEqual({ 'otel.metric.overflow': true })
    expect(counters.durations.entries()).toEqual([
      ['measured', 3],
      ['overflow', 2],
      ['no-room', 0],
    ])
  })

  test('holds for services too', () => {
    durations = new RequestDurations(counters.durations, [], 2)
    for (let i = 0; i < 5; i++) durations.add(processOf(`s${i}`, i), request(1))
    expect(durations.read()).toHaveLength(2)
    expect(counters.durations.get('no-room')).toBe(3)
  })
})

test('metrics and their attributes are those of the semantic conventions', () => {
  const metrics = Object.entries(conventions).flatMap(([constant, value]) =>
    constant.startsWith('METRIC_') ? [value] : [],
  )
  for (const { name, keys } of INSTRUMENTS) {
    expect(metrics).toContain(name)
    for (const key of keys) expect(isRegistered(key), key).toBe(true)
  }
})
