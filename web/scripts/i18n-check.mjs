// Every message has both languages with the same places, and every message is used somewhere.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const root = new URL('..', import.meta.url).pathname
const areas = join(root, 'src/i18n/messages')

function files(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return path === areas ? [] : files(path)
    return /\.(ts|vue)$/.test(entry.name) ? [path] : []
  })
}

const messages = new Map()
const problems = []
const LINE = /^ {2}'([^']+)': \['((?:[^'\\]|\\.)*)', '((?:[^'\\]|\\.)*)'\],$/
for (const name of readdirSync(areas)) {
  if (['index.ts', 'define.ts'].includes(name)) continue
  for (const line of readFileSync(join(areas, name), 'utf8').split('\n')) {
    if (!line.startsWith("  '")) continue
    const found = LINE.exec(line)
    if (!found) problems.push(`${name}: cannot read this line: ${line}`)
    else if (messages.has(found[1])) problems.push(`${name}: ${found[1]} stands twice`)
    else messages.set(found[1], { zh: found[2], en: found[3] })
  }
}

const source = files(join(root, 'src')).map((path) => readFileSync(path, 'utf8')).join('\n')
const literal = new Set([...source.matchAll(/['"]([a-zA-Z]+\.[A-Za-z0-9_.]+)['"]/g)].map((found) => found[1]))
const dynamic = new Set([...source.matchAll(/`([a-zA-Z]+(?:\.[A-Za-z0-9_]+)*)\.\$\{/g)].map((found) => `${found[1]}.`))
// <StateTag group="value"> builds keys too.
for (const found of source.matchAll(/group="([a-zA-Z]+)"/g)) dynamic.add(`${found[1]}.`)
for (const found of source.matchAll(/choices?\('([a-zA-Z]+)'/g)) dynamic.add(`${found[1]}.`)

const places = (text) => [...text.matchAll(/\{(\w+)\}/g)].map((found) => found[1]).sort().join()
for (const [key, { zh, en }] of messages) {
  if (!zh.trim() || !en.trim()) problems.push(`${key}: a language is empty`)
  if (places(zh) !== places(en)) problems.push(`${key}: the places {…} differ between the languages`)
  if (!literal.has(key) && ![...dynamic].some((prefix) => key.startsWith(prefix))) problems.push(`${key}: nowhere used`)
}
for (const key of literal) {
  const area = key.split('.')[0]
  const known = [...messages.keys()].some((one) => one.startsWith(`${area}.`))
  if (known && !messages.has(key) && new RegExp(`\\bt(Or)?\\(\\s*['"]${key.replace(/\./g, '\\.')}['"]`).test(source)) problems.push(`${key}: used but not defined`)
}

for (const problem of problems) console.error(problem)
console.log(`${messages.size} messages, ${problems.length} problems`)
process.exit(problems.length ? 1 : 0)
