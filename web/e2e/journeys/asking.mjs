// A clerk asks and checks; a refusal shows its station.
import { assert } from '../stage.mjs'

/** A clerk whose department may ask for a resource that there is a sample for. */
export async function asker(stage) {
  for (const account of [...stage.accounts('department_operator'), ...stage.accounts('department_head')]) {
    const page = await stage.logIn(account)
    const { items = [] } = (await stage.get(page, 'calls/grants')) ?? {}
    for (const grant of items) {
      const sample = stage.world.samples.find((one) => one.resource === grant.resource_code && grant.keys.some((key) => key.item === one.key))
      if (sample && grant.shapes.includes('query')) return { account, page, grant, sample, samples: stage.world.samples.filter((one) => one.resource === sample.resource) }
    }
    await page.context().close()
  }
  throw new Error('no clerk may ask for any of the samples')
}

export async function fillQuestion(stage, page, grant, value, caseNo = '2026-0001') {
  await stage.go(page, `/ask?grant=${grant.id}`)
  await page.fill('[data-test=ask-value]', value)
  if (grant.purposes.length > 1) await stage.pick(page, '办理事项和依据')
  await page.fill('[data-test=ask-case]', caseNo)
}

const states = (page) => page.locator('[data-test=stations] li').evaluateAll((all) => all.map((one) => `${one.dataset.station}:${one.dataset.state}`))

export const asking = [
  {
    name: 'ask: a slip of the finger is told at once, a good question passes seven stations and leaves a proof',
    async run(stage) {
      const { page, grant, sample, samples } = await asker(stage)
      await fillQuestion(stage, page, grant, sample.value)
      if (sample.key === 'resident_id') {
        const last = sample.value.at(-1)
        await page.fill('[data-test=ask-value]', sample.value.slice(0, -1) + (last === '0' ? '1' : '0'))
        assert((await page.locator('.el-form-item__error').first().textContent()).includes('校验位'), 'a wrong check character is not told')
        await stage.inspect(page, 'ask-slip')
        await page.fill('[data-test=ask-value]', sample.value)
      }
      await page.click('[data-test=ask-send]')
      await page.waitForSelector('[data-test=answer]')
      const seen = await states(page)
      assert(seen.length === 7 && seen.every((one) => one.endsWith(':passed')), `stations: ${seen}`)
      await stage.inspect(page, 'ask-answer')
      for (const [i, other] of samples.slice(1, 4).entries()) {
        await page.fill('[data-test=ask-value]', other.value)
        await page.click('[data-test=ask-send]')
        await stage.settle(page)
        await page.waitForSelector('[data-test=answer], [data-test=error]')
        await stage.inspect(page, `ask-answer-${i + 2}`)
      }
      await page.click('[data-test=evidence-link]')
      await page.waitForURL('**/evidence/*')
      await stage.settle(page)
      await page.click('[data-test=verify]')
      await page.waitForSelector('[data-test=proof-verdict]')
      assert((await page.getAttribute('[data-test=proof-verdict]', 'data-ok')) === 'true', await page.locator('.steps').innerText())
      await stage.inspect(page, 'evidence-verified')
    },
  },
  {
    name: 'ask: without case number and items nothing is sent',
    async run(stage) {
      const { page, grant } = await asker(stage)
      await stage.go(page, `/ask?grant=${grant.id}`)
      let sent = 0
      page.on('request', (request) => (sent += request.url().endsWith('/api/v1/query') ? 1 : 0))
      await page.click('[data-test=ask-send]')
      await page.waitForSelector('.el-form-item__error')
      assert(sent === 0, 'an incomplete question was sent')
      await stage.inspect(page, 'ask-incomplete')
    },
  },
  {
    name: 'check: a claim is answered with yes, no or unknown',
    async run(stage) {
      const { page, grant, sample } = await asker(stage)
      if (!grant.shapes.includes('verify')) return
      await fillQuestion(stage, page, grant, sample.value)
      await page.click('[data-test=shape-verify]')
      const name = page.locator('[data-test=claim-name]')
      await ((await name.count()) ? name : page.locator('[data-test^=claim-]').first()).fill('不会有人叫这个')
      await page.click('[data-test=ask-send]')
      await page.waitForSelector('[data-test=answer], [data-test=error]')
      await stage.inspect(page, 'check-answer')
      const error = page.locator('[data-test=error]')
      // A claim that is no value of its kind is refused with a sentence; otherwise it is simply not true.
      if (!(await error.count())) assert(/不一致|无法判断/.test(await page.locator('[data-test=answer]').innerText()), 'no verdict')
    },
  },
  {
    name: 'refusal: a grant suspended meanwhile stops the question red at its station, resuming heals it',
    async run(stage) {
      const { page, grant, sample } = await asker(stage)
      await fillQuestion(stage, page, grant, sample.value)
      const head = await headOf(stage, grant.provider_name)
      await stage.go(head, `/grants/${grant.id}`)
      await stage.inspect(head, 'grant')
      await head.click('[data-test=suspend]')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('.el-form-item__error')
      await head.locator('[data-test^=cause-]').first().click()
      await head.fill('[data-test=reason]', '端到端测试：临时中止')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-test=resume]')
      await page.click('[data-test=ask-send]')
      await page.waitForSelector('[data-test=error]')
      const seen = await states(page)
      assert(seen.includes('authorise:stopped') && seen.includes('fetch:waiting'), `stations: ${seen}`)
      await stage.inspect(page, 'ask-refused')
      await head.click('[data-test=resume]')
      await head.fill('[data-test=reason]', '端到端测试：恢复')
      await head.click('[data-test=confirm]')
      await head.waitForSelector('[data-test=suspend]')
      // The department's agent takes the grant up again in its own time; until then it refuses.
      for (let tries = 0; tries < 40 && !(await page.locator('[data-test=answer]').count()); tries++) {
        await page.click('[data-test=ask-send]')
        await stage.settle(page)
      }
      await page.waitForSelector('[data-test=answer]')
    },
  },
]

/** The console of the head of a department. */
export async function headOf(stage, organisationName) {
  const found = stage.accounts('department_head').find((one) => organisationName.includes(one.organisation) || one.organisation.includes(organisationName))
  assert(found, `no head of ${organisationName}`)
  return stage.logIn(found)
}
