import type { Language } from '../process.ts'
import type { Program } from '../program.ts'
import { javaName } from './java.ts'
import { nodeName } from './node.ts'
import { dotnetName, erlangName, nativeName, phpName, rubyName } from './others.ts'
import { pythonName } from './python.ts'

const OF_LANGUAGE: { readonly [L in Language]: (program: Program) => string } = {
  python: pythonName,
  nodejs: nodeName,
  java: javaName,
  ruby: rubyName,
  php: phpName,
  dotnet: dotnetName,
  erlang: erlangName,
  go: nativeName,
  rust: nativeName,
  cpp: nativeName,
  unknown: nativeName,
}

/** What a process runs, by the name that its users call it: script, jar, module, application. */
export function scriptName(language: Language, program: Program): string {
  return OF_LANGUAGE[language](program)
}
