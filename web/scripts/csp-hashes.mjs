// The server's content security policy allows no inline scripts. This proves that the build has none; were one to appear,
// its hash would stand in dist/csp-hashes.json for the policy.
import { createHash } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'

const dist = new URL('../dist/', import.meta.url)
const html = readFileSync(new URL('index.html', dist), 'utf8')
const inline = [...html.matchAll(/<script(?![^>]*\bsrc=)[^>]*>([\s\S]*?)<\/script>/g)].map((found) => found[1])
const hashes = inline.map((text) => `sha256-${createHash('sha256').update(text).digest('base64')}`)
writeFileSync(new URL('csp-hashes.json', dist), `${JSON.stringify({ 'script-src': hashes }, null, 2)}\n`)
console.log(`inline scripts: ${hashes.length}`)
