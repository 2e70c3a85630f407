import { describe, expect, test } from 'vitest'
import { readYaml } from '../../src/config/yaml-file.ts'

function read(text: string) {
  const { values, problems } = readYaml(text, 'agent.yaml')
  const settings = Object.fromEntries([...values].map(([row, { value }]) => [row.key, value]))
  return { settings, problems: [...problems] }
}

describe('the settings file', () => {
  test('holds settings by section', () => {
    const { settings, problems } = read(`
hooks: socket
select:
  ports: [80, 8000-8002]
  executables: "*/nginx"
show_secrets: true
traces: { sampler: traceidratio, sampler_arg: 0.5 }
limits: { attribute_value_length: none }
`)
    expect(problems).toEqual([])
    expect(settings).toEqual({
      hooks: 'socket',
      'select.ports': [80, 8000, 8001, 8002],
      'select.executables': ['*/nginx'],
      show_secrets: true,
      'traces.sampler': 'traceidratio',
      'traces.sampler_arg': 0.5,
      'limits.attribute_value_length': Number.POSITIVE_INFINITY,
    })
  })

  test('holds resource attributes as a map or as a list, dots in their names and all', () => {
    const expected = [
      { name: 'deployment.environment.name', value: 'test' },
      { name: 'rack', value: '7' },
    ]
    const map = read(
      'resource:\n  attributes:\n    deployment.environment.name: test\n    rack: 7\n',
    )
    const list = read(`
resource:
  attributes:
    - { name: deployment.environment.name, value: test }
    - { name: rack, value: "7" }
`)
    expect(map.settings['resource.attributes']).toEqual(expected)
    expect(list.settings['resource.attributes']).toEqual(expected)
  })

  test('may be empty', () => {
    expect(read('')).toEqual({ settings: {}, problems: [] })
    expect(read('# nothing yet\n')).toEqual({ settings: {}, problems: [] })
  })
})

describe('the settings file is refused', () => {
  const cases: [string, string, string][] = [
    [
      'an unknown setting',
      'hooks: auto\nhoks: auto',
      "agent.yaml:2: setting hoks is not known; did you mean 'hooks'?",
    ],
    [
      'an unknown setting of a section',
      'select:\n  port: 80',
      "agent.yaml:2: setting select.port is not known; did you mean 'select.ports'?",
    ],
    [
      'a flag for a setting',
      'payload-limit: 512',
      "agent.yaml:1: setting payload-limit is not known; did you mean 'payload_limit'?",
    ],
    [
      'a value in the place of a section',
      'select: 80',
      "agent.yaml:1: select must hold settings, as 'name: value'",
    ],
    [
      'a list in the place of all',
      '- hooks',
      "agent.yaml:1: the file must hold settings, as 'name: value'",
    ],
    [
      'text where a number belongs',
      'payload_limit: "512"',
      "agent.yaml:1: payload_limit is '512'; allowed: a whole number from 256 to 16384",
    ],
    [
      'a number where text belongs',
      'hooks: 7',
      "agent.yaml:1: hooks is '7'; allowed: auto, socket, syscall",
    ],
    [
      'yes where true belongs',
      'show_secrets: yes',
      "agent.yaml:1: show_secrets is 'yes'; allowed: true or false",
    ],
  ]
  for (const [what, text, problem] of cases) {
    test(`for ${what}`, () => {
      expect(read(text).problems).toEqual([problem])
    })
  }

  test('for a setting that is there twice', () => {
    expect(read('hooks: auto\nhooks: auto').problems[0]).toMatch(
      /^agent\.yaml:2 is not YAML: .*unique/,
    )
  })

  test('for broken YAML, with the line', () => {
    expect(read('hooks: auto\noutput: "tree\n').problems[0]).toMatch(
      /^agent\.yaml:\d is not YAML: /,
    )
  })

  test('for a bomb of aliases, without growing', () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i']
    const lines = names.map(
      (name, i) => `${name}: &${name} [${i === 0 ? '"x"' : Array(9).fill(`*${names[i - 1]}`)}]`,
    )
    expect(read(lines.join('\n')).problems).toHaveLength(names.length)
    expect(() => read(`${lines.join('\n')}\nroutes: *i`)).toThrow(/Excessive alias count/)
  })
})
