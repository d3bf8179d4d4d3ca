// What a journey stands on: log-ins, waiting, screenshots in two sizes, and the accessibility check.
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { lighter } from './png.mjs'

const axeSource = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
export const WIDE = { width: 1440, height: 900 }
/** Largest picture of the handbook. */
const HANDBOOK_BYTES = 150_000
export const PHONE = { width: 360, height: 780 }
const SIZES = { wide: WIDE, phone: PHONE }
/** Longest wait for anything on a page; a busy machine needs several seconds for the heaviest ones. */
const WAIT_MS = 30_000

/** In the page: whether something is still to be drawn, seen after two frames so that an answer that just came is on the page. */
const drawing = () =>
  new Promise((tell) => {
    requestAnimationFrame(() => requestAnimationFrame(() => tell(!!document.querySelector('.waiting[role=status], .el-button.is-loading'))))
  })

export function assert(condition, message) {
  if (!condition) throw new Error(message)
}

export class Stage {
  constructor(browser, world, results, name, { handbook = '', mock = false } = {}) {
    Object.assign(this, { browser, world, results, name, book: handbook, mock, contexts: [], complaints: [], unanswered: new Map() })
  }

  /** Accounts of a role, narrowed to an organisation whose name contains the text. */
  accounts(role, organisation = '') {
    return this.world.accounts.filter((one) => one.role === role && (one.organisation ?? '').includes(organisation))
  }
  account(role, organisation = '') {
    const [found] = this.accounts(role, organisation)
    assert(found, `no account for ${role} ${organisation}`)
    return found
  }

  async open(path = '/', size = WIDE) {
    const context = await this.browser.newContext({ viewport: size, locale: 'zh-CN', acceptDownloads: true, reducedMotion: 'reduce' })
    this.contexts.push(context)
    const page = await context.newPage()
    page.setDefaultTimeout(WAIT_MS)
    this.count(page)
    page.on('pageerror', (error) => this.complaints.push(`script error: ${error.message}`))
    page.on('console', (message) => {
      // A refused request is logged by the browser itself; everything else is ours.
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) this.complaints.push(`console: ${message.text()}`)
    })
    await page.goto(this.world.url + path)
    return page
  }

  async logIn(account, path = '/', size = WIDE) {
    const page = await this.open(path, size)
    await page.fill('[data-test=username]', account.username)
    await page.fill('[data-test=password]', account.password)
    await page.click('[data-test=login]')
    await page.waitForSelector('[data-test=logout]')
    await this.settle(page)
    return page
  }

  /** Goes to an address within the console, as a reader with a link does. */
  async go(page, path) {
    await page.goto(this.world.url + path)
    await this.settle(page)
  }

  /** Keeps the requests of a page that have not been answered. */
  count(page) {
    const open = new Set()
    this.unanswered.set(page, open)
    page.on('request', (request) => open.add(request))
    for (const over of ['requestfinished', 'requestfailed']) page.on(over, (request) => open.delete(request))
  }

  /** Waits until nothing is being loaded: no request without an answer, no placeholder on the page, twice in a row. */
  async settle(page) {
    const open = this.unanswered.get(page)
    await page.waitForLoadState('load')
    const until = Date.now() + WAIT_MS
    for (let quiet = 0; quiet < 2; ) {
      const busy = open.size > 0 || (await page.evaluate(drawing).catch(() => true))
      quiet = busy ? 0 : quiet + 1
      assert(Date.now() < until, `${page.url()} does not come to rest: ${[...open].map((one) => one.url()).join(' ')}`)
      if (busy) await page.waitForTimeout(25)
    }
  }

  async get(page, path) {
    const response = await page.request.get(`${this.world.url}/api/v1/${path}`)
    return response.ok() ? response.json() : null
  }

  /** A write that the console would make, for what a journey needs and does not walk. */
  async post(page, path, data) {
    const response = await page.request.post(`${this.world.url}/api/v1/${path}`, { data, headers: { 'X-Guantong-Console': '1' } })
    assert(response.ok(), `${path}: ${response.status()} ${await response.text()}`)
    return response.json()
  }

  /** Chooses in one of the console's selects. */
  async pick(page, label, text) {
    const box = page.locator(`.el-select:has(input[aria-label="${label}"])`).filter({ visible: true }).first()
    await box.click()
    const option = page.locator('.el-select-dropdown__item:visible')
    await (text === undefined ? option.first() : option.filter({ hasText: text }).first()).click()
  }

  /** The page as it stands now: pictures, no sideways scrolling and no accessibility finding, at both sizes unless one is named. */
  async inspect(page, name, sizes = Object.keys(SIZES)) {
    for (const suffix of sizes) {
      await page.setViewportSize(SIZES[suffix])
      await this.settle(page)
      await page.screenshot({ path: join(this.results, `${name}-${suffix}.png`), fullPage: true })
      await this.noOverflow(page, `${name} ${suffix}`)
      await this.accessible(page, `${name} ${suffix}`)
    }
    await page.setViewportSize(WIDE)
  }

  /**
   * The page at this address in Chinese as it comes and in English with large type, which is the longest text in the largest
   * letters. Each is examined in full at one size, and at every width from the narrowest phone to the widest desk it must fit.
   */
  async inspectEverywhere(page, path, name) {
    for (const [lang, large, size] of [['en', true, 'phone'], ['zh', false, 'wide']]) {
      await page.evaluate(([lang, large]) => (localStorage.setItem('guantong.lang', lang), localStorage.setItem('guantong.large', large ? '1' : '0')), [lang, large])
      await this.go(page, path)
      await this.noError(page)
      await this.inspect(page, `${name}${lang === 'en' ? '-english' : ''}${large ? '-large' : ''}`, [size])
      for (const width of [360, 768, 1920]) {
        await page.setViewportSize({ width, height: 900 })
        await this.settle(page)
        await this.noOverflow(page, `${path} in ${lang} at ${width}`)
      }
    }
    await page.setViewportSize(WIDE)
  }

  /** A picture for the operator's handbook, when one is being made: what a reader sees at 1280 pixels, from the given part on. */
  async handbook(page, name, from) {
    if (!this.book) return
    const size = page.viewportSize()
    const path = join(this.book, `${name}.png`)
    let picture
    // A picture must stay light enough for a page of text; a lower window makes it lighter.
    for (const height of [800, 700, 600]) {
      await page.setViewportSize({ width: 1280, height })
      if (from) await page.locator(from).first().evaluate((part) => (part.closest('.card') ?? part).scrollIntoView({ block: 'start' }))
      await page.waitForTimeout(250)
      picture = lighter(await page.screenshot())
      if (picture.length < HANDBOOK_BYTES) break
    }
    assert(picture.length < HANDBOOK_BYTES, `${name}.png has ${picture.length} bytes`)
    writeFileSync(path, picture)
    await page.setViewportSize(size)
  }

  /** No part of the page shows an error. */
  async noError(page) {
    const errors = await page.locator('[data-test=error]').allInnerTexts()
    assert(errors.length === 0, `${page.url()}: ${errors.join(' | ')}`)
  }

  async noOverflow(page, where) {
    const over = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    if (over > 1) this.complaints.push(`${where}: the page is ${over} pixels wider than the window`)
  }

  async accessible(page, where) {
    await page.evaluate(axeSource)
    const { violations: all } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }))
    // Element Plus puts <header> and <footer> into its dialogs, which axe then counts beside those of the page.
    const dialog = await page.locator('.el-dialog:visible').count()
    const violations = all.filter((one) => !dialog || !['landmark-no-duplicate-banner', 'landmark-no-duplicate-contentinfo', 'landmark-unique'].includes(one.id))
    this.world.checked = (this.world.checked ?? 0) + 1
    if (violations.length) this.complaints.push(`${where}: ${violations.map((one) => `${one.id} (${one.nodes.length}×): ${one.nodes[0].html.slice(0, 200)} ${one.nodes[0].failureSummary?.replace(/\s+/g, ' ').slice(0, 200)}`).join(' | ')}`)
  }

  assertClean() {
    assert(this.complaints.length === 0, this.complaints.join(' | '))
  }

  async photographFailure() {
    for (const [i, context] of this.contexts.entries()) {
      for (const page of context.pages()) await page.screenshot({ path: join(this.results, `failed-${this.name.replace(/\W+/g, '-')}-${i}.png`) }).catch(() => undefined)
    }
  }

  async close() {
    for (const context of this.contexts) await context.close()
  }
}
