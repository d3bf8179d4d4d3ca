// What a first visit loads, compressed, and the bound it must keep.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BOUND = 300_000
const dist = new URL('../dist/', import.meta.url)
const html = readFileSync(new URL('index.html', dist), 'utf8')
const paths = [...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1])
let sum = gzipSync(html).length
for (const path of new Set(paths)) sum += gzipSync(readFileSync(new URL(path, dist))).length
console.log(`first load: ${(sum / 1000).toFixed(1)} kB gzip in ${new Set(paths).size + 1} files`)
if (sum > BOUND) {
  console.error(`more than ${BOUND / 1000} kB: load something later`)
  process.exit(1)
}
