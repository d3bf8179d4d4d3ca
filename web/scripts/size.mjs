// What a first visit loads, compressed, and the bounds it must keep: the page before log-in, and the first page after it.
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'

const BOUND_FIRST_LOAD = 300_000
const BOUND_SCRIPTS = 400_000
const dist = new URL('../dist/', import.meta.url)
const size = (path) => gzipSync(readFileSync(new URL(path, dist))).length
const html = readFileSync(new URL('index.html', dist), 'utf8')
const paths = new Set([...html.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map((found) => found[1]))
const first = gzipSync(html).length + [...paths].reduce((sum, path) => sum + size(path), 0)
console.log(`first load: ${(first / 1000).toFixed(1)} kB gzip in ${paths.size + 1} files`)

/** Every script that a page of the console needs before it can be used: the entry's and its own, with what they import. */
const manifest = JSON.parse(readFileSync(new URL('.vite/manifest.json', dist), 'utf8'))
function scripts(key, found = new Set()) {
  const chunk = manifest[key]
  if (!chunk || found.has(chunk.file)) return found
  if (chunk.file.endsWith('.js')) found.add(chunk.file)
  for (const next of chunk.imports ?? []) scripts(next, found)
  return found
}
let failed = first > BOUND_FIRST_LOAD
if (failed) console.error(`more than ${BOUND_FIRST_LOAD / 1000} kB: load something later`)
const common = [...paths].filter((path) => path.endsWith('.js'))
for (const page of ['src/pages/LoginPage.vue', 'src/pages/home/HomePage.vue', 'src/pages/catalogue/ListPage.vue', 'src/pages/catalogue/DetailPage.vue']) {
  if (!manifest[page]) throw new Error(`${page} is not in the manifest`)
  const files = new Set([...common, ...scripts('index.html'), ...scripts(page)])
  const sum = [...files].reduce((all, path) => all + size(path), 0)
  console.log(`scripts of ${page.replace('src/pages/', '')}: ${(sum / 1000).toFixed(1)} kB gzip in ${files.size} files`)
  if (sum > BOUND_SCRIPTS) {
    console.error(`more than ${BOUND_SCRIPTS / 1000} kB of scripts: load something later`)
    failed = true
  }
}
process.exit(failed ? 1 : 0)
