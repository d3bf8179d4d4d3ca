// The console calls no operation that the server does not describe, and each page says what it is for and what to do next.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { STEPS } from '@/help/steps'
import type { MessageKey } from '@/i18n'

const root = new URL('..', import.meta.url).pathname
const files = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)]))

describe('the interface', () => {
  const described = JSON.parse(readFileSync(join(root, '../docs/openapi.json'), 'utf8')) as { paths: Record<string, Record<string, unknown>> }
  const sources = files(join(root, 'src/api')).filter((path) => path.endsWith('.ts') && !path.endsWith('.d.ts')).map((path) => readFileSync(path, 'utf8'))
  it('has each operation that the console calls', () => {
    const lacking = sources.flatMap((source) =>
      [...source.matchAll(/call<[^(]*\('(GET|POST|PUT|PATCH|DELETE)', '(\/api\/v1\/[^']+)'/g)].filter(([, method, path]) => !described.paths[path!]?.[method!.toLowerCase()]).map(([, method, path]) => `${method} ${path}`),
    )
    expect(lacking).toEqual([])
  })
  it('has each list and each act', () => {
    const lacking = sources.flatMap((source) => [...source.matchAll(/(list|one|act)<[^>]+>\('(\/api\/v1\/[^']+)'\)/g)].filter(([, kind, path]) => !described.paths[path!]?.[kind === 'act' ? 'post' : 'get']).map(([, , path]) => path))
    expect(lacking).toEqual([])
  })
  it('has each verb', () => {
    const lacking = sources.flatMap((source) =>
      [...source.matchAll(/const (\w+) = \(verb: string\)[^`]*`(\/api\/v1\/[^`]*)\$\{verb\}`/g)].flatMap(([, helper, prefix]) =>
        [...source.matchAll(new RegExp(`\\b${helper}\\('([^']+)'\\)`, 'g'))].map(([, verb]) => `${prefix}${verb}`).filter((path) => !described.paths[path]?.post),
      ),
    )
    expect(lacking).toEqual([])
    expect(sources.some((source) => source.includes('${verb}'))).toBe(true)
  })
})

describe('help', () => {
  it('says on each page what to do next', () => {
    const pages = files(join(root, 'src/pages')).filter((path) => path.endsWith('.vue')).map((path) => readFileSync(path, 'utf8'))
    const keys = [...new Set(pages.flatMap((page) => [...page.matchAll(/ help="(help\.[A-Za-z]+)"/g)].map((found) => found[1]!)))]
    expect(keys.length).toBeGreaterThan(20)
    expect(keys.filter((key) => !STEPS[key as MessageKey]?.length)).toEqual([])
  })
})

describe('pages', () => {
  it('stay short enough to be read', () => {
    const long = files(join(root, 'src')).filter((path) => path.endsWith('.vue') && readFileSync(path, 'utf8').split('\n').length > 300)
    expect(long).toEqual([])
  })
})
